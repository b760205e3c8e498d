package org.apkvet.clip.flow;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;
import java.util.*;

public class Main extends Activity {
    static CharSequence last;
    kotlinx.coroutines.flow.Flow<String> flow;

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
            screen.flow.collect(new ByClick(screen), null);
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            screen.flow.collect(new ByTimer(screen), null);
        }
    }

    static class ByClick implements kotlinx.coroutines.flow.FlowCollector<String> {
        private final Context context;

        ByClick(Context context) {
            this.context = context;
        }

        @Override
        public Object emit(String value, kotlin.coroutines.Continuation<Object> completion) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }
    }

    static class ByTimer implements kotlinx.coroutines.flow.FlowCollector<String> {
        private final Context context;

        ByTimer(Context context) {
            this.context = context;
        }

        @Override
        public Object emit(String value, kotlin.coroutines.Continuation<Object> completion) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }
    }
}
