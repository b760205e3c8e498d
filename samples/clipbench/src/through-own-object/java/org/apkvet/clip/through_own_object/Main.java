package org.apkvet.clip.through_own_object;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Note note = new Note("plain");
        Outbox outbox = new Outbox();
        outbox.put(note);
        note.setText(copied());
        Net.send(outbox.first().getText());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
