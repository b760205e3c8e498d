package org.apkvet.clip.handler_thread;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;
import java.util.*;

public class Main extends Activity {
    static CharSequence last;
    private final HandlerThread worker = new HandlerThread("worker");

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(new Click(this));
        setContentView(button);
        new Timer().schedule(new Tick(this), 60000, 60000);
    }

    static class Click implements View.OnClickListener {
        private final Main screen;

        Click(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            new ByClick(screen.looper(), screen).sendEmptyMessage(1);
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            new ByTimer(screen.looper(), screen).sendEmptyMessage(2);
        }
    }

    static class ByClick extends Handler {
        private final Context context;

        ByClick(Looper looper, Context context) {
            super(looper);
            this.context = context;
        }

        @Override
        public void handleMessage(Message message) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    static class ByTimer extends Handler {
        private final Context context;

        ByTimer(Looper looper, Context context) {
            super(looper);
            this.context = context;
        }

        @Override
        public void handleMessage(Message message) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    Looper looper() {
        worker.start();
        return worker.getLooper();
    }
}
