package org.apkvet.clip.bind_service;

import android.app.*;
import android.content.*;
import android.os.*;

public class Quiet extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
