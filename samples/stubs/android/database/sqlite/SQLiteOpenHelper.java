package android.database.sqlite;

/** Compile-time stand-in; the device has the real class. */
public abstract class SQLiteOpenHelper {
    public SQLiteOpenHelper(android.content.Context context, String name, SQLiteDatabase.CursorFactory factory, int version) { }
    public abstract void onCreate(SQLiteDatabase database);
    public abstract void onUpgrade(SQLiteDatabase database, int before, int now);
    public SQLiteDatabase getWritableDatabase() { return null; }
    public SQLiteDatabase getReadableDatabase() { return null; }
}
