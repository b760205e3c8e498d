package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class ContentProvider {
    public abstract boolean onCreate();
}
