package org.apkvet.samples.proxy;

import android.content.BroadcastReceiver;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.os.Environment;

/** Answers any caller with what is on the clipboard. */
public class ClipboardReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        setResultData(clipboard.getPrimaryClip().getItemAt(0).getText().toString());
        System.out.println(Environment.getExternalStorageDirectory());
    }
}
