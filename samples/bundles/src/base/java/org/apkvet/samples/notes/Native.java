package org.apkvet.samples.notes;

/** Implemented by libnotes.so, which comes in a split for each processor. */
final class Native {
    static {
        System.loadLibrary("notes");
    }

    private Native() { }

    static native String source();
}
