package android.location;

/** Compile-time stand-in; the device has the real class. */
public class Location { public double getLatitude() { return 0; } public double getLongitude() { return 0; } }
