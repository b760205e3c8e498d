package com.google.zxing.client.android;

import android.app.*;
import android.widget.*;

/** Stand-in for the library's screen. */
public final class CaptureActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        new TextView(this).setText(new com.google.zxing.client.android.clipboard.ClipboardInterface(this).text());
    }
}
