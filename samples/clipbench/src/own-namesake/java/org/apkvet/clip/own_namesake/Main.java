package org.apkvet.clip.own_namesake;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    private final org.apkvet.clip.own_namesake.ClipboardManager drawings = new org.apkvet.clip.own_namesake.ClipboardManager();

    @Override
    protected void onResume() {
        super.onResume();
        drawings.setPrimaryClip("a");
        drawings.getPrimaryClip();
    }
}
