package android.util;

/** Compile-time stand-in; the device has the real class. */
public final class Log {
    public static int d(String tag, String text) { return 0; }
    public static int w(String tag, String text, Throwable fault) { return 0; }
}
