package org.apkvet.clip.r8_selective;

import android.app.*;
import android.content.*;

public class Main extends Activity {
    private String code;

    @Override
    protected void onResume() {
        super.onResume();
        String text = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
        if (text.contains("shop.example") || text.startsWith("CODE-")) {
            code = text;
        }
    }
}
