package android.os;

/** Compile-time stand-in; the device has the real class. */
public class Environment {
    public static java.io.File getExternalStorageDirectory() { return null; }
}
