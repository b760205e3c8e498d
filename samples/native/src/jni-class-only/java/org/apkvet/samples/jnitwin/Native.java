package org.apkvet.samples.jnitwin;

/** Implemented by libclip.so, which names the clipboard manager's class and none of its methods. */
final class Native {
    static {
        System.loadLibrary("clip");
    }

    private Native() { }

    static native boolean isManager(Object object);
}
