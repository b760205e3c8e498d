package org.apkvet.samples.hidden.aesdevicekey;

import android.util.Base64;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES with a key that is made of a text. */
final class D {
    private D() { }

    static String d(String text) {
        try {
            byte[] key = MessageDigest.getInstance("MD5").digest(android.os.Build.SERIAL.getBytes("UTF-8"));
            byte[] raw = Base64.decode(text, 2);
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            return new String(cipher.doFinal(raw), "UTF-8");
        } catch (java.security.GeneralSecurityException | java.io.UnsupportedEncodingException e) {
            return null;
        }
    }
}
