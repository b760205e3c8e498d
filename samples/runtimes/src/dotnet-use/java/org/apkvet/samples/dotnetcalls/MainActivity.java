package org.apkvet.samples.dotnetcalls;

import android.app.Activity;
import android.os.Bundle;
import mono.android.Runtime;

/** All that Java does in an app of .NET for Android. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Runtime.init("en", new String[] {"App.dll"});
    }
}
