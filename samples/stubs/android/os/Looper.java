package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class Looper {
    public static Looper getMainLooper() { return null; }
}
