package org.apkvet.samples.hidden.tablenative;

/** Texts that a native library has. */
final class D {
    static {
        System.loadLibrary("texts");
    }

    private D() { }

    static native String d(int which);
}
