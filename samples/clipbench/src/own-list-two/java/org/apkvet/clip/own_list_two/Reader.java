package org.apkvet.clip.own_list_two;

import android.content.*;

class Reader implements Told {
    @Override
    public void told(Context context) {
        Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
