package org.apkvet.clip.through_exception;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            check(copied());
        } catch (IllegalStateException problem) {
            Net.send(problem.getMessage());
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    private static void check(String text) {
        throw new IllegalStateException(text);
    }
}
