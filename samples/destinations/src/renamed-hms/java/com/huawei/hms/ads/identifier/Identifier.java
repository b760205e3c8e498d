package com.huawei.hms.ads.identifier;

import android.content.Context;

/** A stand-in that holds a text of the library; R8 takes its name away. */
public class Identifier {
    private int calls;

    public void read(Context context) {
        calls += context.getPackageName().length();
        if (calls > 3) {
            android.util.Log.d("Identifier", "Service not found: Exception" + calls);
        }
    }
}
