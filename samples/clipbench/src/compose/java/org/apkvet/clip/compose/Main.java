package org.apkvet.clip.compose;

import android.app.*;
import android.os.*;
import android.widget.*;

public class Main extends Activity {
    CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        androidx.compose.material.ButtonKt.Button(new Paste(this), null, null, 0);
    }

    static class Paste implements kotlin.jvm.functions.Function0<Object> {
        private final Main screen;

        Paste(Main screen) {
            this.screen = screen;
        }

        @Override
        public Object invoke() {
            screen.last = new androidx.compose.ui.platform.AndroidClipboardManager(screen).getText();
            return null;
        }
    }
}
