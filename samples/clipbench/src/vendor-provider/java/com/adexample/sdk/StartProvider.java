package com.adexample.sdk;

import android.content.*;

/** A made-up vendor's way to start without a call by the app. */
public class StartProvider extends ContentProvider {
    static CharSequence last;

    @Override
    public boolean onCreate() {
        last = new com.adexample.sdk.core.Probe(getContext()).text();
        return true;
    }
}
