package android.database.sqlite;

/** Compile-time stand-in; the device has the real class. */
public final class SQLiteDatabase {
    public interface CursorFactory { }
    public void execSQL(String sql) { }
    public long insert(String table, String nullColumn, android.content.ContentValues values) { return 0; }
    public android.database.Cursor query(String table, String[] columns, String where, String[] values, String group, String having, String order) { return null; }
}
