package com.google.clipbench.notes;

import android.content.*;

public class Later extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        com.google.clipbench.shared.Other.look(context);
    }
}
