package org.apkvet.clip.library_screen_renamed;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity {
    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        startActivity(new Intent(this, com.google.zxing.client.android.CaptureActivity.class));
        return true;
    }
}
