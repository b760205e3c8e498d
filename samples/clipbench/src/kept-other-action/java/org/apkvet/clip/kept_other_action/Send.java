package org.apkvet.clip.kept_other_action;

import android.content.*;

public class Send extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Net.send(intent.getStringExtra("text"));
    }
}
