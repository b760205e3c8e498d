package com.mixpanel.android.mpmetrics;

import android.content.Context;

/** A stand-in with the library's name. */
public class MixpanelAPI {
    private int events;

    public static MixpanelAPI getInstance(Context context, String token) {
        MixpanelAPI api = new MixpanelAPI();
        for (int i = 0; i < token.length(); i++) {
            api.events = api.events * 31 + token.charAt(i);
        }
        return api;
    }
}
