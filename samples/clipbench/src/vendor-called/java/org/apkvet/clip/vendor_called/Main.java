package org.apkvet.clip.vendor_called;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        x.y.z.a(this);
    }
}
