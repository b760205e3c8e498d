package org.apkvet.clip.worker;

import android.content.*;

public class ByTimer extends androidx.work.ListenableWorker {
    @Override
    public Object doWork() {
        Main.last = ((ClipboardManager) getApplicationContext().getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        return null;
    }
}
