package org.apkvet.clip.boot_receiver;

import android.content.*;

public class Boot extends BroadcastReceiver {
    static CharSequence last;

    @Override
    public void onReceive(Context context, Intent intent) {
        last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
