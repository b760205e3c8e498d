package org.apkvet.samples.jnitail;

import android.app.Activity;

/** Asks two native methods for what is on the clipboard whenever the screen comes to the front. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        Object manager = getSystemService(CLIPBOARD_SERVICE);
        setTitle(String.valueOf(Native.read(manager)) + Native.ask(manager));
    }
}
