package org.apkvet.clip.kept_overwritten;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    private String text;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        text = copied();
        text = "plain";
        Net.send(text);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
