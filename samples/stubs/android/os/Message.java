package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class Message {
    public int what;
    public Object obj;
}
