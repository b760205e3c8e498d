package org.apkvet.clip.kept_sent_before;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    private String text = "plain";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Net.send(text);
        text = copied();
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
