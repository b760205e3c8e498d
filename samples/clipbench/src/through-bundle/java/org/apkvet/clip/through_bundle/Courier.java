package org.apkvet.clip.through_bundle;

import android.os.*;

class Courier extends Handler {
    Courier(Looper looper) {
        super(looper);
    }

    @Override
    public void handleMessage(Message message) {
        Net.send(message.getData().getString("text"));
    }
}
