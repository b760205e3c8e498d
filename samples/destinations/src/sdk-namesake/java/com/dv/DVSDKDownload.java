package com.dv;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;
import java.net.URL;

/** The app's own: its name only begins like the package of a tracker. */
public class DVSDKDownload extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        try {
            new URL("https://mirror.adm.example/list").openConnection().connect();
        } catch (java.io.IOException e) {
            android.util.Log.w("adm", "later", e);
        }
        return 0;
    }

    @Override
    public IBinder onBind(Intent intent) { return null; }
}
