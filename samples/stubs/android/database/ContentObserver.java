package android.database;

/** Compile-time stand-in; the device has the real class. */
public abstract class ContentObserver {
    public ContentObserver(android.os.Handler handler) { }
    public void onChange(boolean self) { }
}
