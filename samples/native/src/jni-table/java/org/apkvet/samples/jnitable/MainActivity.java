package org.apkvet.samples.jnitable;

import android.app.Activity;
import android.os.Bundle;

/** Calls what adds, never what reads. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setTitle(Integer.toString(new Worker().add(1, 2)));
    }
}
