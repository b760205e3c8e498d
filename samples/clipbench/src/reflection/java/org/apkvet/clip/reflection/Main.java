package org.apkvet.clip.reflection;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    private Object last;

    @Override
    protected void onResume() {
        super.onResume();
        try {
            Class<?> manager = Class.forName("android.content.ClipboardManager");
            last = manager.getMethod("getPrimaryClip").invoke(getSystemService("clipboard"));
        } catch (ReflectiveOperationException error) {
            last = null;
        }
    }
}
