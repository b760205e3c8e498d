package org.apkvet.clip.not_an_entry_point;

import android.app.*;
import android.content.*;

public class Absent extends Activity {
    private CharSequence last;

    @Override
    protected void onResume() {
        super.onResume();
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
