package org.apkvet.clip.through_lambda;

import android.app.*;
import android.content.*;
import android.os.*;
import java.util.concurrent.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        final String text = copied();
        Executors.newSingleThreadExecutor().execute(() -> Net.send(text));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
