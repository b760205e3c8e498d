package org.apkvet.samples.hidden.caesar;

/** Characters, each moved on by a number. */
final class D {
    private D() { }

    static String d(String text, int by) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            out.append((char) (text.charAt(i) - by));
        }
        return out.toString();
    }
}
