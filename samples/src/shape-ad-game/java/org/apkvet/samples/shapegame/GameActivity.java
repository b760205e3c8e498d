package org.apkvet.samples.shapegame;

import android.app.Activity;
import android.os.Bundle;
import com.adexample.sdk.Ads;

public class GameActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        Ads.show(this);
    }
}
