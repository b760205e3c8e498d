package org.apkvet.clip.keyboard_app;

import android.content.*;
import android.os.*;

public class Keys extends android.inputmethodservice.InputMethodService {
    private CharSequence last;

    @Override
    public void onFinishInput() {
        super.onFinishInput();
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
