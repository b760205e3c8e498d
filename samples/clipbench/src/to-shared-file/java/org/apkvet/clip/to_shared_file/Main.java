package org.apkvet.clip.to_shared_file;

import android.app.*;
import android.content.*;
import android.os.*;
import java.io.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            java.io.Writer out = new java.io.FileWriter(new java.io.File(android.os.Environment.getExternalStorageDirectory(), "last.txt"));
            out.write(copied());
            out.close();
        } catch (IOException full) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
