package org.apkvet.clip.kept_other_message;

import android.os.*;

class Courier extends Handler {
    String kept;

    Courier(Looper looper) {
        super(looper);
    }

    @Override
    public void handleMessage(Message message) {
        if (message.what == 1) {
            kept = (String) message.obj;
        } else if (message.what == 2) {
            Net.send((String) message.obj);
        }
    }
}
