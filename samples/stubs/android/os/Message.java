package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class Message {
    public int what;
    public Object obj;
    public static Message obtain(Handler handler, int what, Object object) { return null; }
    public static Message obtain(Handler handler, int what) { return null; }
    public void setData(Bundle data) { }
    public Bundle getData() { return null; }
}
