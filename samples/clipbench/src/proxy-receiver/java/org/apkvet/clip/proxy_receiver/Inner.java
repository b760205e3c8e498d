package org.apkvet.clip.proxy_receiver;

import android.content.*;

public class Inner extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        setResultData(((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString());
    }
}
