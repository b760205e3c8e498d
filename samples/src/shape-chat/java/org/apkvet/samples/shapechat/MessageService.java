package org.apkvet.samples.shapechat;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;
import java.io.IOException;
import java.net.URL;

/** Waits for messages. */
public class MessageService extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        new Thread(new Runnable() {
            @Override
            public void run() {
                try {
                    new URL("https://talk.example/poll").openConnection().getInputStream().read();
                } catch (IOException failed) {
                    stopped = true;
                }
            }
        }).start();
        return 1;
    }

    volatile boolean stopped;

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
