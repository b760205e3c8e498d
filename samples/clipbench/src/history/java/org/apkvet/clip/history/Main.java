package org.apkvet.clip.history;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(new Keep(this));
        setContentView(button);
    }

    static class Keep implements View.OnClickListener {
        private final Main screen;

        Keep(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            String text = ((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
            screen.getSharedPreferences("history", 0).edit().putString("last", text).apply();
        }
    }
}
