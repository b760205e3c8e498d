package android.location;

/** Compile-time stand-in; the device has the real class. */
public interface LocationListener { void onLocationChanged(Location location); }
