package org.apkvet.clip.metadata;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        ClipboardManager clipboard = ((ClipboardManager) this.getSystemService("clipboard"));
        if (clipboard.hasPrimaryClip()) {
            describe(clipboard);
        }
    }

    private boolean describe(ClipboardManager clipboard) {
        return clipboard.getPrimaryClipDescription().hasMimeType("text/plain");
    }
}
