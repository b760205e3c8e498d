package org.apkvet.clip.own_namesake;

import android.content.*;

public class ClipboardManager {
    private CharSequence text = "";

    public CharSequence getPrimaryClip() {
        return text;
    }

    public void setPrimaryClip(CharSequence text) {
        this.text = text;
    }
}
