package org.apkvet.samples.shop;

import android.app.Activity;
import com.vendorexample.sdk.Attribution;

/** The launcher activity hands every resume to a vendor's library. */
public class MainActivity extends Activity {
    private final Attribution attribution = new Attribution(this);

    @Override
    protected void onResume() {
        super.onResume();
        attribution.onForeground();
    }
}
