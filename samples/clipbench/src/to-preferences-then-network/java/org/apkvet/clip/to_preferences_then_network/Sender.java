package org.apkvet.clip.to_preferences_then_network;

import android.app.*;
import android.content.*;
import android.os.*;

public class Sender extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        Net.send(getSharedPreferences("clips", 0).getString("last", ""));
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
