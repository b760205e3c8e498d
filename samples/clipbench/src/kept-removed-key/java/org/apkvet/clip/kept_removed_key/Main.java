package org.apkvet.clip.kept_removed_key;

import android.app.*;
import android.content.*;
import android.os.*;
import java.util.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Map<String, String> note = new HashMap<>();
        note.put("kind", "plain");
        note.put("text", copied());
        note.remove("text");
        Net.send(note.toString());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
