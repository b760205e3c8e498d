package org.apkvet.clip.kept_other_action;

import android.content.*;

public class Keep extends BroadcastReceiver {
    static String kept;

    @Override
    public void onReceive(Context context, Intent intent) {
        kept = intent.getStringExtra("text");
    }
}
