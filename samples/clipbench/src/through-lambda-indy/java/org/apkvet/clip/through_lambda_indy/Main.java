package org.apkvet.clip.through_lambda_indy;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        final String text = copied();
        final java.util.function.Supplier<String> late = () -> text;
        new Handler(Looper.getMainLooper()).post(() -> Net.send(late.get()));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
