package org.apkvet.samples.hidden.plain;

import android.app.Activity;
import android.util.Log;

/** Calls methods that make texts by arithmetic, with constants. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        Log.d("hex", D.hex(new byte[] {1, 2, 3, 4}) + D.hex(new byte[] {10, 20, 30}) + D.hex(new byte[] {9, 8, 7}));
        Log.d("title", D.title("welcome") + D.title("goodbye") + D.title("settings"));
        Log.d("error", D.error(1) + D.error(2) + D.error(3));
        Log.d("path", D.path("org.apkvet.samples") + D.path("java.lang.String") + D.path("android.app.Activity"));
    }
}
