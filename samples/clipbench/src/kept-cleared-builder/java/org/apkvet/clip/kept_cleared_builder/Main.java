package org.apkvet.clip.kept_cleared_builder;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        StringBuilder whole = new StringBuilder();
        whole.append(copied());
        whole.setLength(0);
        whole.append("plain");
        Net.send(whole.toString());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
