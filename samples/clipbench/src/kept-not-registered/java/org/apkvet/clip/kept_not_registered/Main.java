package org.apkvet.clip.kept_not_registered;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Net.send("plain");
    }
}
