package org.apkvet.clip.selective_click;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;

public class Main extends Activity {
    static final java.util.regex.Pattern LINK = java.util.regex.Pattern.compile("https?://\\S+");
    private String link;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(new Open(this));
        setContentView(button);
    }

    static class Open implements View.OnClickListener {
        private final Main screen;

        Open(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            CharSequence text = ((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            if (LINK.matcher(text).matches()) {
                screen.link = text.toString();
            }
        }
    }
}
