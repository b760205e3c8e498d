package org.apkvet.dest.code;

import android.app.Activity;
import android.net.Uri;
import android.os.Bundle;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;

/** Names hosts in every way that one method shows. */
public class Main extends Activity {
    static final String LITERAL = "https://literal.com.example/v1/items?page=1#top";
    static final String HOST = "assembled.net.example";
    static String base = "https://" + System.lineSeparator().trim() + "field.net.example/";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            new URL(LITERAL).openConnection().connect();
            new URL(assembled(7)).openConnection().connect();
            new URL(concatenated()).openConnection().connect();
            new URL("https", "parts.org.example", "/upload").openConnection().connect();
            new Uri.Builder().scheme("https").authority("builder.org.example").build();
            new Socket("socket.org.example", 4433).close();
            new Socket().connect(new InetSocketAddress("198.51.100.7", 80));
            new URL("https://user:secret@port.org.example:8443/x").openConnection().connect();
            new URL("ws://plain.org.example/socket").openConnection().connect();
            new URL("https://shop.intl.co.uk/").openConnection().connect();
            new URL("https://customer-files.s3.eu-central-1.amazonaws.com/a").openConnection().connect();
            new URL(base).openConnection().connect();
        } catch (java.io.IOException e) {
            android.util.Log.w("code", "write to help@support.com.example", e);
        }
    }

    private static String assembled(int page) {
        StringBuilder text = new StringBuilder("https://");
        text.append(HOST);
        text.append("/list/");
        text.append(page);
        return text.toString();
    }

    private static String concatenated() {
        return "http".concat("://concat.net.example/a");
    }
}
