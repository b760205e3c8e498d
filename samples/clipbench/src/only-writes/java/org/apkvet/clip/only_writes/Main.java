package org.apkvet.clip.only_writes;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity {
    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        ((ClipboardManager) this.getSystemService("clipboard")).setPrimaryClip(ClipData.newPlainText("link", "https://www.example.org/"));
        return true;
    }

    @Override
    protected void onDestroy() {
        ((ClipboardManager) this.getSystemService("clipboard")).clearPrimaryClip();
        super.onDestroy();
    }
}
