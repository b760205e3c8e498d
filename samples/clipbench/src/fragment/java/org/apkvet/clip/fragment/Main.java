package org.apkvet.clip.fragment;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        getFragmentManager().beginTransaction().add(1, new Shown()).commit();
    }
}
