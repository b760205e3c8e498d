package com.google.zxing.client.android.clipboard;

import android.content.*;

public final class ClipboardInterface {
    private final Context context;

    public ClipboardInterface(Context context) {
        this.context = context;
    }

    public CharSequence text() {
        return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
