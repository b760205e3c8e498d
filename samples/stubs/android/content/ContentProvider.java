package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class ContentProvider {
    public abstract boolean onCreate();
    public final Context getContext() { return null; }
    public android.database.Cursor query(android.net.Uri uri, String[] columns, String where, String[] values, String order) { return null; }
}
