package org.apkvet.clip.kept_in_memory;

import android.app.*;
import android.content.*;
import android.os.*;
import java.io.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            ByteArrayOutputStream memory = new ByteArrayOutputStream();
            memory.write(copied().getBytes("UTF-8"));
            memory.reset();
        } catch (IOException full) {
            finish();
        }
        Net.send("plain");
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
