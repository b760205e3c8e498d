package android.content;

/** Compile-time stand-in; the device has the real class. */
public class IntentFilter {
    public IntentFilter(String action) { }
    public final void addAction(String action) { }
}
