package org.apkvet.clip.ui_thread;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;
import java.util.*;

public class Main extends Activity {
    static CharSequence last;
    View field;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        field = new View(this);
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
            screen.runOnUiThread(new ByClick(screen));
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            screen.field.post(new ByTimer(screen));
        }
    }

    static class ByClick implements Runnable {
        private final Context context;

        ByClick(Context context) {
            this.context = context;
        }

        @Override
        public void run() {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    static class ByTimer implements Runnable {
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
