package com.adexample.sdk;

import android.content.Context;
import android.location.Location;
import android.location.LocationManager;
import android.webkit.JavascriptInterface;
import android.webkit.WebView;
import com.google.android.gms.ads.identifier.AdvertisingIdClient;

/** An advertising library as many are: the advertising id at start, the place with each picture, a bridge for the page. */
public final class Ads {
    static String id;

    public static void begin(final Context context) {
        new Thread(new Runnable() {
            @Override
            public void run() {
                id = AdvertisingIdClient.getAdvertisingIdInfo(context).getId();
            }
        }).start();
    }

    public static void show(Context context) {
        LocationManager locations = (LocationManager) context.getSystemService("location");
        Location place = locations.getLastKnownLocation("network");
        WebView page = new WebView(context);
        page.getSettings().setJavaScriptEnabled(true);
        page.addJavascriptInterface(new Bridge(), "ads");
        page.loadUrl("https://ads.example/show?id=" + id + "&at=" + place.getLatitude());
    }

    static final class Bridge {
        @JavascriptInterface
        public void close() {
            id = null;
        }
    }
}
