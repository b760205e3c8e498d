package android.view;

/** Compile-time stand-in; the device has the real class. */
public class View {
    public View(android.content.Context context) { }
    public interface OnClickListener { void onClick(View view); }
    public void setOnClickListener(OnClickListener listener) { }
}
