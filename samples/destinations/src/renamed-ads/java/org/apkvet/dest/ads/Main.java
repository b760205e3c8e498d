package org.apkvet.dest.ads;

import android.app.Activity;
import android.os.Bundle;
import com.google.android.gms.ads.identifier.AdvertisingIdClient;

/** Brings a library whose classes lost their names. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new AdvertisingIdClient().connect(this);
    }
}
