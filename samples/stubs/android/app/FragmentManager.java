package android.app;

/** Compile-time stand-in; the device has the real class. */
public abstract class FragmentManager {
    public abstract FragmentTransaction beginTransaction();
}
