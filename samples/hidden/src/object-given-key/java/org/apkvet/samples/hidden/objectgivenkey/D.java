package org.apkvet.samples.hidden.objectgivenkey;

/** Characters turned round and moved on, by the only object of the class. */
final class D {
    static final D INSTANCE = new D(android.os.Process.myUid());
    private final int by;

    private D(int by) {
        this.by = by;
    }

    String d(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            out.setCharAt(i, (char) (out.charAt(i) ^ by));
        }
        return out.reverse().toString();
    }
}
