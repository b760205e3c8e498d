package org.apkvet.clip.through_async_task;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Tidy().execute("plain", copied());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
