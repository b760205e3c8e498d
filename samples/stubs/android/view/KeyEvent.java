package android.view;

/** Compile-time stand-in; the device has the real class. */
public class KeyEvent {
    public final int getKeyCode() { return 0; }
}
