package android.os;

/** Compile-time stand-in; the device has the real class. */
public class Binder implements IBinder {
    protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) { return false; }
}
