package org.apkvet.samples.multi;

import android.os.Bundle;

public class MainActivity extends org.apkvet.samples.multi.second.Base {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        read();
        try {
            openConnection("https://www.example.org").getInputStream();
        } catch (java.io.IOException ignored) {
            // Offline.
        }
    }
}
