package org.apkvet.clip.secret_copied;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;

public class Main extends Activity {
    private String password = "";

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == 1) {
            copyPassword();
        } else {
            copyMarked();
        }
        return true;
    }

    private void copyPassword() {
        ((ClipboardManager) this.getSystemService("clipboard")).setPrimaryClip(ClipData.newPlainText("password", password));
    }

    private void copyMarked() {
        ClipData clip = ClipData.newPlainText("password", password);
        PersistableBundle extras = new PersistableBundle();
        extras.putBoolean(ClipDescription.EXTRA_IS_SENSITIVE, true);
        clip.getDescription().setExtras(extras);
        ((ClipboardManager) this.getSystemService("clipboard")).setPrimaryClip(clip);
    }
}
