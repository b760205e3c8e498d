package android.util;

/** Compile-time stand-in; the device has the real class. */
public class Patterns {
    public static final java.util.regex.Pattern WEB_URL = null;
}
