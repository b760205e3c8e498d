package org.apkvet.samples.fluttertext;

import android.app.Activity;
import android.os.Bundle;
import io.flutter.plugins.GeneratedPluginRegistrant;

/** All that Java does in a Flutter app. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        GeneratedPluginRegistrant.registerWith(this);
    }
}
