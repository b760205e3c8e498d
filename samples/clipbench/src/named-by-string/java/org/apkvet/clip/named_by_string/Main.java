package org.apkvet.clip.named_by_string;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        try {
            Object hidden = Class.forName("org.apkvet.clip.named_by_string.Hidden").newInstance();
            hidden.getClass().getMethod("collect", Context.class).invoke(hidden, this);
        } catch (ReflectiveOperationException error) {
            finish();
        }
    }
}
