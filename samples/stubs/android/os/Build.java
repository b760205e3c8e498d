package android.os;

/** Compile-time stand-in; the device has the real class. */
public class Build {
    public static final String MODEL = String.valueOf(0);
    public static final String SERIAL = String.valueOf(0);
    public static String getSerial() { return null; }
    public static class VERSION {
    public static final int SDK_INT = Integer.parseInt("0");
    }
}
