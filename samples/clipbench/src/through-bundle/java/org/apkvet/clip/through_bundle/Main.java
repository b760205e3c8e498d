package org.apkvet.clip.through_bundle;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Courier courier = new Courier(Looper.getMainLooper());
        Bundle data = new Bundle();
        data.putString("text", copied());
        data.putString("kind", "plain");
        Message message = Message.obtain(courier, 1);
        message.setData(data);
        courier.sendMessage(message);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
