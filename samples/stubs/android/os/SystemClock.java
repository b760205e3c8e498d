package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class SystemClock {
    public static void sleep(long milliseconds) { }
}
