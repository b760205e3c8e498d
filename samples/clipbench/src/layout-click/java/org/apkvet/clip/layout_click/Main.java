package org.apkvet.clip.layout_click;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;

public class Main extends Activity {
    CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(0x7f020000);
    }

    public void pasteHere(View view) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    public void forgotten(View view) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
