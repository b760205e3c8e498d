package org.apkvet.samples.shapelauncher;

import android.app.Activity;
import android.app.WallpaperManager;
import android.content.Intent;
import android.content.pm.ResolveInfo;
import android.os.Bundle;
import java.util.List;

/** The home screen: it has to know which apps there are, and does so without the network. */
public class Home extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        List<ResolveInfo> apps = getPackageManager().queryIntentActivities(new Intent("android.intent.action.MAIN"), 0);
        List<Object> all = getPackageManager().getInstalledApplications(0);
        System.out.println(apps.size() + all.size());
        WallpaperManager.getInstance(this).setResource(0);
    }
}
