package android.view;

/** Compile-time stand-in; the device has the real class. */
public class View {
    public View(android.content.Context context) { }
    public interface OnClickListener { void onClick(View view); }
    public interface OnLongClickListener { boolean onLongClick(View view); }
    public void setOnClickListener(OnClickListener listener) { }
    public void setOnLongClickListener(OnLongClickListener listener) { }
    public final android.content.Context getContext() { return null; }
    public boolean post(Runnable action) { return false; }
    public boolean postDelayed(Runnable action, long delay) { return false; }
}
