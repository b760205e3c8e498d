package com.dv.adm;

import android.app.Activity;
import android.os.Bundle;
import android.content.Intent;

/** An app under com.dv, as a tracker is under com.dv.DVSDK (Exodus, exodus#463). */
public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        startService(new Intent(this, com.dv.DVSDKDownload.class));
    }
}
