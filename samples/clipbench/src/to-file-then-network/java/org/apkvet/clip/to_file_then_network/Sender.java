package org.apkvet.clip.to_file_then_network;

import android.app.*;
import android.content.*;
import android.os.*;
import java.io.*;

public class Sender extends Service {
    private boolean stopped;

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        try {
            Net.send(new BufferedReader(new InputStreamReader(openFileInput("last.txt"), "UTF-8")).readLine());
        } catch (IOException missing) {
            stopped = true;
        }
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
