package org.apkvet.samples.hidden.base64;

import android.util.Base64;

/** Base64 of bytes that are mixed with a key. */
final class D {
    static String key = "k3y!";

    private D() { }

    static String d(String text) throws java.io.UnsupportedEncodingException {
        byte[] raw = Base64.decode(text, 2);
        byte[] mix = key.getBytes("UTF-8");
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) (raw[i] ^ mix[i % mix.length]);
        }
        return new String(raw, "UTF-8");
    }
}
