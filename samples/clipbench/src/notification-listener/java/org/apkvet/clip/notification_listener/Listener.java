package org.apkvet.clip.notification_listener;

import android.content.*;
import android.os.*;

public class Listener extends android.service.notification.NotificationListenerService {
    private CharSequence last;

    @Override
    public void onNotificationPosted(android.service.notification.StatusBarNotification notification) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
