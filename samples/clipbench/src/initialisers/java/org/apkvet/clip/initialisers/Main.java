package org.apkvet.clip.initialisers;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity {
    static Context context;

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        context = this;
        new Holder(this);
        return true;
    }
}
