package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class ContentResolver {
    public final android.database.Cursor query(android.net.Uri uri, String[] projection, String selection, String[] args, String order) { return null; }
    public final int delete(android.net.Uri uri, String where, String[] args) { return 0; }
    public final void registerContentObserver(android.net.Uri uri, boolean descendants, android.database.ContentObserver observer) { }
}
