package android.os;

/** Compile-time stand-in; the device has the real class. */
public class Handler {
    public interface Callback { boolean handleMessage(Message message); }
    public Handler() { }
    public Handler(Looper looper) { }
    public Handler(Looper looper, Callback callback) { }
    public void handleMessage(Message message) { }
    public final boolean post(Runnable action) { return false; }
    public final boolean postDelayed(Runnable action, long delay) { return false; }
    public final boolean sendEmptyMessage(int what) { return false; }
    public final boolean sendEmptyMessageDelayed(int what, long delay) { return false; }
    public final void removeCallbacks(Runnable action) { }
    public final boolean sendMessage(Message message) { return false; }
    public final Message obtainMessage(int what, Object object) { return null; }
}
