package android.service.notification;

/** Compile-time stand-in; the device has the real class. */
public class StatusBarNotification {
}
