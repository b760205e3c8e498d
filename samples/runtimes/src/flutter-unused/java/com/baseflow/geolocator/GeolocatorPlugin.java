package com.baseflow.geolocator;

import android.content.Context;
import android.location.Location;
import android.location.LocationManager;
import io.flutter.plugin.common.MethodCall;
import io.flutter.plugin.common.MethodChannel;

/** Stand-in for the plug-in's class: it is registered in every app that has the plug-in. */
public class GeolocatorPlugin implements MethodChannel.MethodCallHandler {
    private final Context context;

    public GeolocatorPlugin(Context context) {
        this.context = context;
        new MethodChannel("flutter.baseflow.com/geolocator").setMethodCallHandler(this);
    }

    @Override
    public void onMethodCall(MethodCall call, MethodChannel.Result result) {
        if (call.method.equals("getLastKnownPosition")) {
            LocationManager manager = (LocationManager) context.getSystemService("location");
            Location location = manager.getLastKnownLocation("gps");
            result.success(location);
        } else {
            result.notImplemented();
        }
    }
}
