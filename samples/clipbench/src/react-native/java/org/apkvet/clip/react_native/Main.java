package org.apkvet.clip.react_native;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        register(new com.facebook.react.modules.clipboard.ClipboardModule(this));
    }

    private void register(Object module) {
        android.util.Log.d("modules", module.toString());
    }
}
