package org.apkvet.clip.named_by_string;

import android.content.*;

public class Hidden {
    private CharSequence last;

    public void collect(Context context) {
        last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
