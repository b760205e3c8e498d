package org.apkvet.dest.noise;

import android.app.Activity;
import android.os.Bundle;

/** Holds texts that look like addresses and name nobody who could get data. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        String tenant = getPackageName();
        for (String text : new String[] {
            "http://schemas.android.com/apk/res/android",
            "http://www.w3.org/2001/XMLSchema",
            "https://%s.net.example/api",
            "https://{tenant}.net.example/api",
            "https://",
            "http://localhost:8080/",
            "1.2.3.4",
            "icon@2x.png",
            "android.widget.TextView@1f2e",
            "file:///android_asset/index.html",
            "content://org.apkvet.dest.noise/items",
            "market://details?id=org.apkvet",
            "no address: http://",
            "https://" + tenant + ".net.example/",
        }) {
            android.util.Log.d("noise", text);
        }
    }
}
