package org.apkvet.clip.alarm;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        repeat(new Intent(this, ByTimer.class));
    }

    private void repeat(Intent intent) {
        AlarmManager alarms = (AlarmManager) getSystemService("alarm");
        alarms.setRepeating(1, 0, 60000, PendingIntent.getBroadcast(this, 1, intent, 0));
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        AlarmManager alarms = (AlarmManager) getSystemService("alarm");
        PendingIntent later = PendingIntent.getBroadcast(this, 2, new Intent(this, ByClick.class), 0);
        alarms.setRepeating(1, 5000, 60000, later);
        return true;
    }
}
