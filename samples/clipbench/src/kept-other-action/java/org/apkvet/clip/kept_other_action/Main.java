package org.apkvet.clip.kept_other_action;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        sendBroadcast(new Intent("org.apkvet.clip.kept_other_action.KEEP").setPackage(getPackageName()).putExtra("text", copied()));
        sendBroadcast(new Intent("org.apkvet.clip.kept_other_action.SEND").setPackage(getPackageName()).putExtra("text", "plain"));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
