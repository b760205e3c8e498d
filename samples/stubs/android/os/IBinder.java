package android.os;

/** Compile-time stand-in; the device has the real class. */
public interface IBinder { }
