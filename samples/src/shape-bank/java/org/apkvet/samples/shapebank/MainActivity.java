package org.apkvet.samples.shapebank;

import android.app.Activity;
import android.content.Intent;
import android.os.Bundle;
import android.provider.Settings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;

/** Binds the device when the app opens: Android id, a look for root, one request to the bank. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        final String device = Settings.Secure.getString(getContentResolver(), "android_id");
        try {
            Process process = Runtime.getRuntime().exec(new String[] {"which", "su"});
            if (process.getInputStream().read() >= 0) {
                finish();
            }
            HttpURLConnection connection = (HttpURLConnection) new URL("https://bank.example/bind").openConnection();
            connection.getOutputStream().write(device.getBytes());
        } catch (IOException failed) {
            finish();
        }
        startActivity(new Intent(this, TransferActivity.class));
    }
}
