package com.adexample.sdk;

import android.content.ContentProvider;

/** Starts the advertising library with the process, before any screen. */
public class InitProvider extends ContentProvider {
    @Override
    public boolean onCreate() {
        Ads.begin(getContext());
        return true;
    }
}
