package android.widget;

/** Compile-time stand-in; the device has the real class. */
public class TextView extends android.view.View {
    public TextView(android.content.Context context) { super(context); }
    public CharSequence getText() { return null; }
    public void setText(CharSequence text) { }
    public void setInputType(int type) { }
    public void addTextChangedListener(android.text.TextWatcher watcher) { }
    public boolean onTextContextMenuItem(int id) { return false; }
}
