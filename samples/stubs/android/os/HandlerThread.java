package android.os;

/** Compile-time stand-in; the device has the real class. */
public class HandlerThread extends Thread {
    public HandlerThread(String name) { }
    public Looper getLooper() { return null; }
}
