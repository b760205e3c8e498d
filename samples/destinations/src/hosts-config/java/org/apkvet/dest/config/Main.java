package org.apkvet.dest.config;

import android.app.Activity;
import android.os.Bundle;
import java.net.URL;

/** Talks to hosts that the network security configuration treats differently. */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        for (String text : new String[] {
            "http://api.plain.com.example/",
            "http://closed.plain.com.example/",
            "http://other.com.example/",
            "https://pinned.com.example/",
            "https://sub.pinned.com.example/",
        }) {
            try {
                new URL(text).openConnection().connect();
            } catch (java.io.IOException e) {
                android.util.Log.w("config", text, e);
            }
        }
    }
}
