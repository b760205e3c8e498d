package android.provider;

/** Compile-time stand-in; the device has the real class. */
public final class Settings {
    public static final class Secure { public static String getString(android.content.ContentResolver resolver, String name) { return null; } }
}
