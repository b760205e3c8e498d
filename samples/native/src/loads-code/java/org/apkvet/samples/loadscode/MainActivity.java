package org.apkvet.samples.loadscode;

import android.app.Activity;

/** Loads code from four places. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        try {
            new FromAsset(this).load();
            new FromNetwork(this).load();
            FromPath.load(this);
            Given.load(this, getIntent().getStringExtra("plugin"));
        } catch (Exception e) {
            finish();
        }
    }
}
