package org.apkvet.samples.proxy;

import android.content.ContentProvider;

/** A provider that holds nothing. */
public class Files extends ContentProvider {
    @Override
    public boolean onCreate() {
        return true;
    }
}
