package org.apkvet.clip.key_event;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity {
    private CharSequence last;

    @Override
    public boolean dispatchKeyEvent(KeyEvent event) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        return super.dispatchKeyEvent(event);
    }
}
