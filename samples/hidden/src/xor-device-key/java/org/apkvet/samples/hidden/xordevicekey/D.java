package org.apkvet.samples.hidden.xordevicekey;

/** Characters, each mixed with one of a key. */
final class D {
    private D() { }

    static String d(String text) {
        String key = android.os.Build.MODEL;
        char[] out = new char[text.length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (char) (text.charAt(i) ^ key.charAt(i % key.length()));
        }
        return new String(out).intern();
    }
}
