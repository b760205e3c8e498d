package org.apkvet.samples.jnitail;

/** Implemented by libtail.so, which reads, and by libwhole.so, which asks for a method that does not exist. */
final class Native {
    static {
        System.loadLibrary("tail");
        System.loadLibrary("whole");
    }

    private Native() { }

    static native Object read(Object manager);

    static native Object ask(Object manager);
}
