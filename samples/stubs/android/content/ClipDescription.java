package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ClipDescription {
    public void setExtras(android.os.PersistableBundle extras) { }
}
