package org.apkvet.dest.hms;

import android.app.Activity;
import android.os.Bundle;
import com.huawei.hms.ads.identifier.Identifier;

/** Brings a library whose classes lost their names. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Identifier().read(this);
    }
}
