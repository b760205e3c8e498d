package org.apkvet.clip.handler_repost;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    CharSequence last;
    final Handler handler = new Handler(Looper.getMainLooper());

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        handler.postDelayed(new Again(this), 1000);
    }

    static class Again implements Runnable {
        private final Main screen;

        Again(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            screen.last = ((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            screen.handler.postDelayed(this, 1000);
        }
    }
}
