package org.apkvet.samples.jniclip;

import android.app.Activity;

/** Asks a native method for the text of the clipboard whenever the screen comes to the front. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        setTitle(Native.read_text(this));
    }
}
