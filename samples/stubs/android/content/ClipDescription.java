package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ClipDescription {
    public static final String EXTRA_IS_SENSITIVE = "android.content.extra.IS_SENSITIVE";
    public void setExtras(android.os.PersistableBundle extras) { }
    public boolean hasMimeType(String type) { return false; }
}
