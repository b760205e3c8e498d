package org.apkvet.clip.alarm;

import android.content.*;

public class ByTimer extends BroadcastReceiver {
    static CharSequence last;

    @Override
    public void onReceive(Context context, Intent intent) {
        last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
