package org.apkvet.clip.to_other_app;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Intent share = new Intent("android.intent.action.SEND").setType("text/plain");
        share.putExtra("android.intent.extra.TEXT", copied());
        startActivity(Intent.createChooser(share, "Share"));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
