package org.apkvet.samples.plugin;

import android.content.ClipboardManager;
import android.content.Context;

/** Named nowhere: an app that loads code may still run it. */
public class Idle {
    public void run(Context context) {
        ((ClipboardManager) context.getSystemService("clipboard")).hasPrimaryClip();
    }
}
