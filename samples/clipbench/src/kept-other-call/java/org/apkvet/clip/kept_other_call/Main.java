package org.apkvet.clip.kept_other_call;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String text = tidy(copied());
        setTitle(text);
        Net.send(tidy(" plain "));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    private static String tidy(String text) {
        return text.trim();
    }
}
