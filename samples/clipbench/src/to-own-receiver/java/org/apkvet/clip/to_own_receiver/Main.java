package org.apkvet.clip.to_own_receiver;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        sendBroadcast(new Intent("org.apkvet.clip.to_own_receiver.RELAY").setPackage(getPackageName()).putExtra("text", copied()));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
