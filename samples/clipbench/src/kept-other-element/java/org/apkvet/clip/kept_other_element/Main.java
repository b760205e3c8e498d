package org.apkvet.clip.kept_other_element;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String[] parts = new String[2];
        parts[0] = "plain";
        parts[1] = copied();
        Net.send(parts[0]);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
