package org.apkvet.samples.jnitable;

/** Implemented by libtable.so, which registers a static table; {@code absent} is in no library. */
final class Worker {
    static {
        System.loadLibrary("table");
    }

    native Object read(Object manager);

    native int add(int a, int b);

    native void absent();
}
