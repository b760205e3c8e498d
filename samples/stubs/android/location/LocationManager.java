package android.location;

/** Compile-time stand-in; the device has the real class. */
public class LocationManager {
    public Location getLastKnownLocation(String provider) { return null; }
    public void requestLocationUpdates(String provider, long time, float distance, LocationListener listener) { }
}
