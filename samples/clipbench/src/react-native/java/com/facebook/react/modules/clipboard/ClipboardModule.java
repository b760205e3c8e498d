package com.facebook.react.modules.clipboard;

import android.content.*;

/** Stand-in for the library's module. */
public class ClipboardModule {
    private final Context context;

    public ClipboardModule(Context context) {
        this.context = context;
    }

    @com.facebook.react.bridge.ReactMethod
    public String getString() {
        return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
