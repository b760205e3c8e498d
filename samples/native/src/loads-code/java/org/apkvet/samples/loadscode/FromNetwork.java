package org.apkvet.samples.loadscode;

import android.content.Context;
import dalvik.system.DexClassLoader;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;

/** Fetches a file and loads it. */
final class FromNetwork {
    private final Context context;

    FromNetwork(Context context) {
        this.context = context;
    }

    ClassLoader load() throws IOException {
        File file = new File(context.getFilesDir(), "update.jar");
        try (InputStream in = new URL("https://updates.org.example/update.jar").openStream();
                FileOutputStream out = new FileOutputStream(file)) {
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
        return new DexClassLoader(file.getPath(), null, null, context.getClassLoader());
    }
}
