package org.apkvet.clip.accessibility;

import android.content.*;
import android.os.*;

public class Helper extends android.accessibilityservice.AccessibilityService {
    private CharSequence last;

    @Override
    public void onAccessibilityEvent(android.view.accessibility.AccessibilityEvent event) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    @Override
    public void onInterrupt() {
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
