package org.apkvet.clip.through_bound_service;

import android.app.*;
import android.content.*;
import android.os.*;

public class Courier extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return new Local(this);
    }

    void deliver(String text) {
        Net.send(text);
    }

    static class Local extends Binder {
        private final Courier courier;

        Local(Courier courier) {
            this.courier = courier;
        }

        Courier courier() {
            return courier;
        }
    }
}
