package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ClipData {
    public static ClipData newPlainText(CharSequence label, CharSequence text) { return null; }
    public int getItemCount() { return 0; }
    public Item getItemAt(int index) { return null; }
    public ClipDescription getDescription() { return null; }
    public static class Item {
    public CharSequence getText() { return null; }
    public CharSequence coerceToText(Context context) { return null; }
    }
}
