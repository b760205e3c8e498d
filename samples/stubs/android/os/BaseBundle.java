package android.os;

/** Compile-time stand-in; the device has the real class. */
public class BaseBundle {
    public void putBoolean(String key, boolean value) { }
    public void putString(String key, String value) { }
    public String getString(String key) { return null; }
}
