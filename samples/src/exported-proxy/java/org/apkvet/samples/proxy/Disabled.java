package org.apkvet.samples.proxy;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** A receiver that does nothing. */
public class Disabled extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) { }
}
