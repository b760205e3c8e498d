package org.apkvet.clip.menu_item;

import android.app.*;
import android.content.*;
import android.view.*;
import android.widget.*;

public class Main extends Activity {
    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        if (item.getItemId() == 7) {
            importText();
        }
        return true;
    }

    private void importText() {
        setTitleText(((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
    }

    private void setTitleText(CharSequence text) {
        new TextView(this).setText(text);
    }
}
