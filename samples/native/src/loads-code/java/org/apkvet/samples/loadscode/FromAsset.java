package org.apkvet.samples.loadscode;

import android.content.Context;
import dalvik.system.DexClassLoader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Copies an asset into the app's own storage and loads it from there. */
final class FromAsset {
    private final Context context;

    FromAsset(Context context) {
        this.context = context;
    }

    ClassLoader load() throws IOException {
        File file = new File(context.getDir("code", 0), "plugin.dex");
        copy(file);
        return new DexClassLoader(file.getAbsolutePath(), null, null, context.getClassLoader());
    }

    private void copy(File file) throws IOException {
        try (InputStream in = context.getAssets().open("plugin.bin"); FileOutputStream out = new FileOutputStream(file)) {
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
    }
}
