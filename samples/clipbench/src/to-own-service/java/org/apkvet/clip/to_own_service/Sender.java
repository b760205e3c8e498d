package org.apkvet.clip.to_own_service;

import android.app.*;
import android.content.*;
import android.os.*;

public class Sender extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        Net.send(intent.getStringExtra("text"));
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
