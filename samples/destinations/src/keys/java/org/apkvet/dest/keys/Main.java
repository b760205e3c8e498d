package org.apkvet.dest.keys;

import android.app.Activity;
import android.net.Uri;
import android.os.Bundle;
import com.mixpanel.android.mpmetrics.MixpanelAPI;

/** Holds keys in code, resources, an asset and the manifest; the values are made up. */
public class Main extends Activity {
    private static final String BUCKET_KEY = "AKIA" + "SAMPLEDESTKEYABC";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        MixpanelAPI.getInstance(this, "0123456789abcdef0123456789abcdef");
        Uri.parse("https://hooks.slack.com/services/T0SAMPLE0/B0SAMPLE0/sampleSampleSampleSample");
        Uri.parse("https://maps.example/v1/AIzaSyD3st1nat10nsSampleKey0123456789AB/tile");
        android.util.Log.d("keys", BUCKET_KEY);
        android.util.Log.d("keys", "not a key: AIzaTooShort, SK and LTAI");
    }
}
