package org.apkvet.samples.jniclip;

import android.content.Context;

/** Implemented by libclip.so, by the names of its exported functions. */
final class Native {
    static {
        System.loadLibrary("clip");
    }

    private Native() { }

    static native String read_text(Context context);
}
