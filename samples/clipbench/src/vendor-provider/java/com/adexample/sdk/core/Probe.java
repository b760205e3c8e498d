package com.adexample.sdk.core;

import android.content.*;

public final class Probe {
    private final Context context;

    public Probe(Context context) {
        this.context = context;
    }

    public CharSequence text() {
        return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
