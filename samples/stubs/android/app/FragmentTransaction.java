package android.app;

/** Compile-time stand-in; the device has the real class. */
public abstract class FragmentTransaction {
    public abstract FragmentTransaction add(int container, Fragment fragment);
    public abstract int commit();
}
