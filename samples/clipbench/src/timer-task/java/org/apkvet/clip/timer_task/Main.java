package org.apkvet.clip.timer_task;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;
import java.util.*;

public class Main extends Activity {
    static CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(new Click(this));
        setContentView(button);
        new Timer("again").scheduleAtFixedRate(new ByTimer(this), 0, 60000);
    }

    static class Click implements View.OnClickListener {
        private final Main screen;

        Click(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            new Timer().schedule(new ByClick(screen), 5000);
        }
    }
    static class ByClick extends TimerTask {
        private final Context context;

        ByClick(Context context) {
            this.context = context;
        }

        @Override
        public void run() {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    static class ByTimer extends TimerTask {
        private final Context context;

        ByTimer(Context context) {
            this.context = context;
        }

        @Override
        public void run() {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
