package android.os;

/** Compile-time stand-in; the device has the real class. */
public class BaseBundle {
    public void putBoolean(String key, boolean value) { }
}
