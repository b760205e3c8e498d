package org.apkvet.clip.dispatch;

import android.app.*;
import android.content.*;

class Base extends Activity {
    CharSequence last;

    @Override
    protected void onPause() {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        super.onPause();
    }
}
