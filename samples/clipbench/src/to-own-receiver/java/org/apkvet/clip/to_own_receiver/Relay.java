package org.apkvet.clip.to_own_receiver;

import android.content.*;

public class Relay extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Net.send(intent.getStringExtra("text"));
    }
}
