package org.apkvet.clip.dispatch;

import android.content.*;

class Opened implements Source {
    @Override
    public CharSequence text(Context context) {
        return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
