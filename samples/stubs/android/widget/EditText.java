package android.widget;

/** Compile-time stand-in; the device has the real class. */
public class EditText extends TextView {
    public EditText(android.content.Context context) { super(context); }
    public android.text.Editable getText() { return null; }
}
