package com.sina.weibo.sdk.statistic;

import android.content.Context;

/** A stand-in that holds a text of the library; R8 takes its name away. */
public class WBAgentHandler {
    private int calls;

    public void onResume(Context context) {
        calls += context.getPackageName().length();
        if (calls > 3) {
            android.util.Log.d("WBAgentHandler", "is a new session--- starttime:" + calls);
        }
    }
}
