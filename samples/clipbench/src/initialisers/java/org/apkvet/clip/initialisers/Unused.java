package org.apkvet.clip.initialisers;

import android.content.*;

class Unused {
    final CharSequence mine;

    Unused(Context context) {
        mine = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
