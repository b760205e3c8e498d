package org.apkvet.clip.proxy_activity;

import android.app.*;
import android.content.*;
import android.os.*;

public class Pick extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        CharSequence text = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        setResult(-1, new Intent().putExtra("text", text.toString()));
        finish();
    }
}
