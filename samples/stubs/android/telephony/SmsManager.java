package android.telephony;

/** Compile-time stand-in; the device has the real class. */
public final class SmsManager {
    public static SmsManager getDefault() { return null; }
    public void sendTextMessage(String to, String centre, String text, android.app.PendingIntent sent, android.app.PendingIntent delivered) { }
}
