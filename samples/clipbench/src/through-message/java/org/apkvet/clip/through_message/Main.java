package org.apkvet.clip.through_message;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Courier courier = new Courier(Looper.getMainLooper());
        courier.sendMessage(courier.obtainMessage(2, copied()));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
