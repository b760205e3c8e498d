package org.apkvet.samples.collector;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

public class BootReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        context.startService(new Intent("org.apkvet.samples.collector.COLLECT"));
    }
}
