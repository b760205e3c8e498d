package org.apkvet.clip.kept_not_chosen;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        deliver(new Offline(), copied());
        deliver(new Online(), "plain");
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    private static void deliver(Target target, String text) {
        target.take(text);
    }
}
