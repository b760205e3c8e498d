package org.apkvet.clip.initialisers;

import android.content.*;

class Holder {
    static final CharSequence FIRST = ((ClipboardManager) Main.context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    final CharSequence mine;

    Holder(Context context) {
        mine = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
