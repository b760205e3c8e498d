package org.apkvet.clip.start_service;

import android.app.*;
import android.content.*;
import android.os.*;

public class ByClick extends Service {
    static CharSequence last;

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
