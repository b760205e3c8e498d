package org.apkvet.dest.weibo;

import android.app.Activity;
import android.os.Bundle;
import com.sina.weibo.sdk.statistic.WBAgentHandler;

/** Brings a library whose classes lost their names. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new WBAgentHandler().onResume(this);
    }
}
