package com.unity3d.player;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;

/** Stand-in for Unity's class: what the engine calls back from native code. */
public class UnityPlayer {
    private final Context context;

    public UnityPlayer(Context context) {
        this.context = context;
        initJni(context);
    }

    private native void initJni(Context context);

    protected String getClipboardText() {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        ClipData clip = clipboard.getPrimaryClip();
        return clip == null ? "" : clip.getItemAt(0).getText().toString();
    }

    protected void setClipboardText(String text) {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        clipboard.setPrimaryClip(ClipData.newPlainText("Text", text));
    }
}
