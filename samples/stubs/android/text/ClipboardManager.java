package android.text;

/** Compile-time stand-in; the device has the real class. */
public abstract class ClipboardManager {
    public abstract CharSequence getText();
    public abstract void setText(CharSequence text);
    public abstract boolean hasText();
}
