package org.apkvet.samples.loader;

import android.app.Activity;
import android.content.Context;
import android.os.Bundle;
import dalvik.system.DexClassLoader;

/** Loads a class by its name out of a JAR that comes as an asset. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Shared.greet(this);
        try {
            String path = getFilesDir() + "/plugin.jar";
            DexClassLoader loader = new DexClassLoader(path, null, null, getClassLoader());
            Class<?> plugin = loader.loadClass("org.apkvet.samples.plugin.Plugin");
            plugin.getMethod("run", Context.class).invoke(plugin.newInstance(), this);
        } catch (Exception failed) {
            throw new RuntimeException(failed);
        }
    }
}
