package org.apkvet.clip.async_task;

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
            new ByClick(screen).execute();
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            new ByTimer(screen).execute();
        }
    }

    static class ByClick extends AsyncTask<Void, Void, Void> {
        private final Context context;

        ByClick(Context context) {
            this.context = context;
        }

        @Override
        protected Void doInBackground(Void... nothing) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }
    }

    static class ByTimer extends AsyncTask<Void, Void, Void> {
        private final Context context;

        ByTimer(Context context) {
            this.context = context;
        }

        @Override
        protected Void doInBackground(Void... nothing) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }
    }
}
