package android.content;

/** Compile-time stand-in; the device has the real class. */
public final class ContentValues {
    public ContentValues() { }
    public void put(String key, String value) { }
}
