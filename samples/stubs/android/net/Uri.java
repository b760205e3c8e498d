package android.net;

/** Compile-time stand-in; the device has the real class. */
public abstract class Uri { public static Uri parse(String text) { return null; } }
