package android.database;

/** Compile-time stand-in; the device has the real class. */
public class MatrixCursor implements Cursor {
    public MatrixCursor(String[] columns) { }
    public void addRow(Object[] values) { }
    public boolean moveToNext() { return false; }
    public String getString(int column) { return null; }
    public void close() { }
}
