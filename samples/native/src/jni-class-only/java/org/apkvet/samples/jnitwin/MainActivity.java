package org.apkvet.samples.jnitwin;

import android.app.Activity;

/** Asks whether a service is the clipboard's, and reads nothing. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        setTitle(Native.isManager(getSystemService("window")) ? "yes" : "no");
    }
}
