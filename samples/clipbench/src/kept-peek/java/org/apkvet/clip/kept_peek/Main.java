package org.apkvet.clip.kept_peek;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Net.send(((ClipboardManager) getSystemService("clipboard")).hasPrimaryClip() ? "some" : "none");
    }
}
