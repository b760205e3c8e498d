package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class Bundle extends BaseBundle {
    public Bundle() { }
}
