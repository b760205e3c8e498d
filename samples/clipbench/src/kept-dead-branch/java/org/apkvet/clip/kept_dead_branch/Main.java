package org.apkvet.clip.kept_dead_branch;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String text = copied();
        if (mode() == 1) {
            Net.send(text);
        } else {
            Net.send("plain");
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    private static int mode() {
        return 0;
    }
}
