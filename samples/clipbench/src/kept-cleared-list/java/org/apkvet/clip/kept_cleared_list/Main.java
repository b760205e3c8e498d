package org.apkvet.clip.kept_cleared_list;

import android.app.*;
import android.content.*;
import android.os.*;
import java.util.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        List<String> notes = new ArrayList<>();
        notes.add(copied());
        notes.clear();
        notes.add("plain");
        Net.send(notes.toString());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
