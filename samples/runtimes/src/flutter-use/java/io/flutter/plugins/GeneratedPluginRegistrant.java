package io.flutter.plugins;

import android.content.Context;
import com.baseflow.geolocator.GeolocatorPlugin;
import io.flutter.plugin.common.MethodChannel;
import io.flutter.plugin.platform.PlatformPlugin;

/** As the build tool generates it: registers what the app depends on, used or not. */
public final class GeneratedPluginRegistrant {
    public static void registerWith(Context context) {
        new MethodChannel("flutter/platform").setMethodCallHandler(new PlatformPlugin(context));
        new GeolocatorPlugin(context);
    }

    private GeneratedPluginRegistrant() {}
}
