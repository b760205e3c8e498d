package com.google.android.gms.ads.identifier;

import android.content.Context;

/** A stand-in that holds a text of the library; R8 takes its name away. */
public class AdvertisingIdClient {
    private int calls;

    public void connect(Context context) {
        calls += context.getPackageName().length();
        if (calls > 3) {
            android.util.Log.d("AdvertisingIdClient", "AdvertisingIdClient cannot reconnect." + calls);
        }
    }
}
