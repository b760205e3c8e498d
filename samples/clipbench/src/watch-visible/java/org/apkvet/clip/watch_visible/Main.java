package org.apkvet.clip.watch_visible;

import android.app.*;
import android.content.*;
import android.widget.*;

public class Main extends Activity implements ClipboardManager.OnPrimaryClipChangedListener {
    private TextView shown;

    @Override
    protected void onResume() {
        super.onResume();
        shown = new TextView(this);
        ((ClipboardManager) this.getSystemService("clipboard")).addPrimaryClipChangedListener(this);
    }

    @Override
    protected void onPause() {
        ((ClipboardManager) this.getSystemService("clipboard")).removePrimaryClipChangedListener(this);
        super.onPause();
    }

    @Override
    public void onPrimaryClipChanged() {
        shown.setText(((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
    }
}
