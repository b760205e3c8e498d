package android.content;

/** Compile-time stand-in; the device has the real class. */
public class Intent {
    public Intent() { }
    public Intent(String action) { }
    public Intent(Context context, Class<?> component) { }
    public Intent setAction(String action) { return this; }
    public Intent setPackage(String name) { return this; }
    public Intent putExtra(String name, String value) { return this; }
    public String getAction() { return null; }
    public String getStringExtra(String name) { return null; }
    public static Intent createChooser(Intent target, CharSequence title) { return null; }
    public Intent setType(String type) { return this; }
}
