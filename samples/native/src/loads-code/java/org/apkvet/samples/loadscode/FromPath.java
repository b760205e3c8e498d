package org.apkvet.samples.loadscode;

import android.content.Context;
import dalvik.system.DexClassLoader;

/** Loads a file of a constant path in shared storage. */
final class FromPath {
    private FromPath() { }

    static ClassLoader load(Context context) {
        return new DexClassLoader("/sdcard/plugin.jar", null, null, context.getClassLoader());
    }
}
