package android.content;

/** Compile-time stand-in; the device has the real class. */
public final class ComponentName {
    public ComponentName(Context context, Class<?> component) { }
}
