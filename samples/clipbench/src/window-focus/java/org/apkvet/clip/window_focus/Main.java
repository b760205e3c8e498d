package org.apkvet.clip.window_focus;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    CharSequence last;

    @Override
    public void onWindowFocusChanged(boolean focused) {
        super.onWindowFocusChanged(focused);
        if (focused) {
            last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
