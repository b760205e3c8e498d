package org.apkvet.clip.message_callback;

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
            new Handler(Looper.getMainLooper(), new ByClick(screen)).sendEmptyMessage(1);
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            new Handler(Looper.getMainLooper(), new ByTimer(screen)).sendEmptyMessage(1);
        }
    }

    static class ByClick implements Handler.Callback {
        private final Context context;

        ByClick(Context context) {
            this.context = context;
        }

        @Override
        public boolean handleMessage(Message message) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return true;
        }
    }

    static class ByTimer implements Handler.Callback {
        private final Context context;

        ByTimer(Context context) {
            this.context = context;
        }

        @Override
        public boolean handleMessage(Message message) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return true;
        }
    }
}
