package org.apkvet.clip.kept_other_bundle_key;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Bundle note = new Bundle();
        note.putString("kind", "plain");
        note.putString("text", copied());
        Net.send(note.getString("kind"));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
