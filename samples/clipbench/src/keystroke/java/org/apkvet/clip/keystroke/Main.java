package org.apkvet.clip.keystroke;

import android.app.*;
import android.content.*;
import android.os.*;
import android.widget.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        EditText field = new EditText(this);
        field.addTextChangedListener(new Watch(this));
        setContentView(field);
    }

    static class Watch implements android.text.TextWatcher {
        private final Activity screen;
        private CharSequence last;

        Watch(Activity screen) {
            this.screen = screen;
        }

        @Override public void beforeTextChanged(CharSequence text, int start, int count, int after) { }
        @Override public void afterTextChanged(android.text.Editable text) { }

        @Override
        public void onTextChanged(CharSequence text, int start, int before, int count) {
            last = ((ClipboardManager) screen.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
