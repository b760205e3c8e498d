package org.apkvet.clip.to_log;

import android.app.*;
import android.content.*;
import android.os.*;
import android.util.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Log.d("clip", "pasted: " + copied());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
