package org.apkvet.clip.content_observer;

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
        new Timer().schedule(new Tick(this), 60000, 60000);
    }

    static class Click implements View.OnClickListener {
        private final Main screen;

        Click(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            screen.getContentResolver().registerContentObserver(null, true, new ByClick(screen));
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            screen.getContentResolver().registerContentObserver(null, true, new ByTimer(screen));
        }
    }

    static class ByClick extends android.database.ContentObserver {
        private final Context context;

        ByClick(Context context) {
            super(null);
            this.context = context;
        }

        @Override
        public void onChange(boolean self) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }

    static class ByTimer extends android.database.ContentObserver {
        private final Context context;

        ByTimer(Context context) {
            super(null);
            this.context = context;
        }

        @Override
        public void onChange(boolean self) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
