package com.adexample.sdk;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;

/** An advertising library that follows the device from boot on. */
public class BootReceiver extends BroadcastReceiver implements LocationListener {
    @Override
    public void onReceive(Context context, Intent intent) {
        LocationManager locations = (LocationManager) context.getSystemService("location");
        onLocationChanged(locations.getLastKnownLocation("network"));
        locations.requestLocationUpdates("gps", 60000L, 100f, this);
    }

    @Override
    public void onLocationChanged(Location location) {
        System.out.println(location.getLatitude() + "," + location.getLongitude());
    }
}
