package android.database;

/** Compile-time stand-in; the device has the real class. */
public interface Cursor { boolean moveToNext(); String getString(int column); void close(); }
