package org.apkvet.samples.hidden.caesarendless;

/** Characters, each moved on by a number. */
final class D {
    private D() { }

    static String d(String text, int by) {
        for (int i = 0; i < 100000000; i++) {
            by ^= i & 1;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            out.append((char) (text.charAt(i) - by));
        }
        return out.toString();
    }
}
