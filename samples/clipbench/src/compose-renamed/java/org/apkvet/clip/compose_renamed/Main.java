package org.apkvet.clip.compose_renamed;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        last = new u.c(this).a();
    }
}
