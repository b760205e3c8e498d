package org.apkvet.clip.open_screen;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    private CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    @Override
    protected void onResume() {
        super.onResume();
        look();
    }

    private void look() {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
