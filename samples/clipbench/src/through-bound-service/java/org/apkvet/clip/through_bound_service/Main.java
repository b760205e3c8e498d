package org.apkvet.clip.through_bound_service;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity implements ServiceConnection {
    private String text;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        text = copied();
        bindService(new Intent(this, Courier.class), this, 1);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    @Override
    public void onServiceConnected(ComponentName name, IBinder binder) {
        ((Courier.Local) binder).courier().deliver(text);
    }

    @Override
    public void onServiceDisconnected(ComponentName name) {
    }
}
