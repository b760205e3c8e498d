package org.apkvet.samples.loader;

import android.app.Activity;
import android.content.ClipboardManager;

/** Never loaded: the app's own class of this name comes first. */
public class Shared {
    public static void greet(Activity activity) {
        ((ClipboardManager) activity.getSystemService("clipboard")).clearPrimaryClip();
    }
}
