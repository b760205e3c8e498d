package android.hardware;

/** Compile-time stand-in; the device has the real class. */
public class Camera {
    public static Camera open() { return null; }
}
