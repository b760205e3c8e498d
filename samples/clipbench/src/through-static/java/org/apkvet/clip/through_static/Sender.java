package org.apkvet.clip.through_static;

import android.app.*;
import android.content.*;
import android.os.*;

public class Sender extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        Net.send(Desk.left);
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
