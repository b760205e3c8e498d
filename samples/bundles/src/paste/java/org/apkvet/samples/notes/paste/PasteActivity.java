package org.apkvet.samples.notes.paste;

import android.app.Activity;
import android.content.ClipData;
import java.net.HttpURLConnection;
import java.net.URL;
import org.apkvet.samples.notes.MainActivity;

/** The screen of the feature: reads the clipboard whenever it is shown, and sends it. */
public class PasteActivity extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        ClipData clip = MainActivity.clipboard(this).getPrimaryClip();
        send(clip.getItemAt(0).getText().toString());
    }

    private static void send(String text) {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL("https://paste.notes.example/new").openConnection();
            connection.getOutputStream().write(text.getBytes());
        } catch (java.io.IOException failed) {
            // shown on the next try
        }
    }
}
