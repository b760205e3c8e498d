package android.telephony;

/** Compile-time stand-in; the device has the real class. */
public class TelephonyManager {
    public String getDeviceId() { return null; }
    public String getImei() { return null; }
}
