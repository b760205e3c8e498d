package android.view;

/** Compile-time stand-in; the device has the real class. */
public class ContextThemeWrapper extends android.content.ContextWrapper {
    public ContextThemeWrapper() { super(null); }
    public Object getSystemService(String name) { return null; }
}
