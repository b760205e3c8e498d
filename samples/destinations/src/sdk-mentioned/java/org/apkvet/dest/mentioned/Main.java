package org.apkvet.dest.mentioned;

import android.app.Activity;
import android.os.Bundle;
import com.adjust.sdk.Adjust;

/** Calls a tracker if it is there; it is not. A reference is no presence (Exodus, etip#84). */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            Class.forName("com.adjust.sdk.Adjust");
            Adjust.onResume();
        } catch (ClassNotFoundException e) {
            android.util.Log.w("mentioned", "com.adjust.sdk is not there", e);
        }
    }
}
