package org.apkvet.samples.hidden.xor;

/** Characters, each mixed with one of a key. */
final class D {
    private D() { }

    static String d(String text) {
        String key = "k3y!";
        char[] out = new char[text.length()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (char) (text.charAt(i) ^ key.charAt(i % key.length()));
        }
        return new String(out).intern();
    }
}
