package org.apkvet.clip.to_file;

import android.app.*;
import android.content.*;
import android.os.*;
import java.io.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            FileOutputStream out = openFileOutput("last.txt", 0);
            out.write(copied().getBytes("UTF-8"));
            out.close();
        } catch (IOException full) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
