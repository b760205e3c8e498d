package android.service.notification;

/** Compile-time stand-in; the device has the real class. */
public abstract class NotificationListenerService extends android.app.Service {
    public void onNotificationPosted(StatusBarNotification notification) { }
}
