package org.apkvet.clip.click;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;

public class Main extends Activity {
    EditText field;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        field = new EditText(this);
        Button paste = new Button(this);
        paste.setOnClickListener(new Paste(this));
        paste.setOnLongClickListener(new PasteAll(this));
        setContentView(paste);
    }

    static class Paste implements View.OnClickListener {
        private final Main screen;

        Paste(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            screen.field.setText(((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
        }
    }

    static class PasteAll implements View.OnLongClickListener {
        private final Main screen;

        PasteAll(Main screen) {
            this.screen = screen;
        }

        @Override
        public boolean onLongClick(View view) {
            screen.field.setText(((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).coerceToText(screen));
            return true;
        }
    }
}
