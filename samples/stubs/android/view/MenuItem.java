package android.view;

/** Compile-time stand-in; the device has the real class. */
public interface MenuItem {
    int getItemId();
}
