package org.apkvet.clip.r8_lambda;

import android.app.*;
import android.content.*;
import android.os.*;
import android.widget.*;

public class Main extends Activity {
    static CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(view -> byClick());
        setContentView(button);
        new Handler(Looper.getMainLooper()).postDelayed(() -> byTimer(), 60000);
    }

    private void byClick() {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    private void byTimer() {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
