package org.apkvet.clip.dynamic_receiver;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    static CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        registerReceiver(new Open(), new IntentFilter("org.apkvet.clip.ASK"), 2);
        registerReceiver(new Inner(), new IntentFilter("org.apkvet.clip.INNER"), 4);
    }

    static class Open extends BroadcastReceiver {
        @Override
        public void onReceive(Context context, Intent intent) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    static class Inner extends BroadcastReceiver {
        @Override
        public void onReceive(Context context, Intent intent) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
