package org.apkvet.clip.worker;

import android.app.*;
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
            androidx.work.WorkManager.getInstance(screen).enqueue(new androidx.work.OneTimeWorkRequest.Builder(ByClick.class).build());
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            androidx.work.WorkManager.getInstance(screen).enqueue(new androidx.work.OneTimeWorkRequest.Builder(ByTimer.class).build());
        }
    }
}
