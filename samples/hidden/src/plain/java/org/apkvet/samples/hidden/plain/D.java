package org.apkvet.samples.hidden.plain;

/** Makes texts out of constants, and hides none. */
final class D {
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private D() { }

    static String hex(byte[] raw) {
        char[] out = new char[2 * raw.length];
        for (int i = 0; i < raw.length; i++) {
            out[2 * i] = DIGITS[raw[i] >> 4 & 0xf];
            out[2 * i + 1] = DIGITS[raw[i] & 0xf];
        }
        return new String(out);
    }

    static String title(String text) {
        char[] out = text.toCharArray();
        out[0] = (char) (out[0] ^ 0x20);
        return new String(out);
    }

    static String error(int code) {
        switch (code) {
            case 1: return "no network";
            case 2: return "no account";
            default: return "error " + (char) (code + 'a');
        }
    }

    static String path(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            out.append(c == '.' ? '/' : (char) (c & 0xffff));
        }
        return out.toString();
    }
}
