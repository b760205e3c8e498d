package org.apkvet.samples.plugin;

import android.content.ClipboardManager;
import android.content.Context;

/** Run by the app, which names class and method. */
public class Plugin {
    public void run(Context context) {
        ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip();
    }
}
