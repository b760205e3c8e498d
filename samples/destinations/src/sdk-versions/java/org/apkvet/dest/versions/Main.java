package org.apkvet.dest.versions;

import android.app.Activity;
import android.os.Bundle;
import io.branch.referral.Branch;

/** Brings libraries that state their versions in four ways. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String agent = okhttp3.internal.Version.userAgent(2);
        if (androidx.appcompat.app.Delegate.check(agent) != com.google.android.gms.common.Availability.check("")) {
            new Branch().initSession(agent);
        }
    }
}
