package org.apkvet.dest.noop;

import android.app.Activity;
import android.os.Bundle;
import com.facebook.flipper.android.AndroidFlipperClient;

/** Holds the empty stand-in of a debugging tool, as release builds do (Exodus, core#102). */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        AndroidFlipperClient.getInstance(this).start();
    }
}
