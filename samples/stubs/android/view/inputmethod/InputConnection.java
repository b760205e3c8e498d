package android.view.inputmethod;

/** Compile-time stand-in; the device has the real class. */
public interface InputConnection {
    boolean commitText(CharSequence text, int position);
}
