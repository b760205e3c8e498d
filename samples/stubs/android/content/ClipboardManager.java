package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ClipboardManager extends android.text.ClipboardManager {
    public interface OnPrimaryClipChangedListener { void onPrimaryClipChanged(); }
    public ClipData getPrimaryClip() { return null; }
    public void setPrimaryClip(ClipData clip) { }
    public void clearPrimaryClip() { }
    public boolean hasPrimaryClip() { return false; }
    public ClipDescription getPrimaryClipDescription() { return null; }
    public void addPrimaryClipChangedListener(OnPrimaryClipChangedListener listener) { }
    public void removePrimaryClipChangedListener(OnPrimaryClipChangedListener listener) { }
    public CharSequence getText() { return null; }
    public void setText(CharSequence text) { }
    public boolean hasText() { return false; }
}
