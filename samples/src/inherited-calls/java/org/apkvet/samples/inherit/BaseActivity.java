package org.apkvet.samples.inherit;

import android.app.Activity;
import android.content.ClipboardManager;

public class BaseActivity extends Activity {
    protected ClipboardManager clipboard() {
        return (ClipboardManager) this.getSystemService("clipboard");
    }

    @Override
    public Object getSystemService(String name) {
        return super.getSystemService(name);
    }
}
