package android.util;

/** Compile-time stand-in; the device has the real class. */
public class Base64 {
    public static byte[] decode(String text, int flags) { return null; }
    public static String encodeToString(byte[] input, int flags) { return null; }
}
