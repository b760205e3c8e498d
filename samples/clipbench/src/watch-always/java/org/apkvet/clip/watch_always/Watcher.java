package org.apkvet.clip.watch_always;

import android.app.*;
import android.content.*;
import android.os.*;
import java.util.*;

public class Watcher extends Service {
    private final java.util.ArrayList<String> seen = new java.util.ArrayList<>();

    @Override
    public int onStartCommand(Intent intent, int flags, int id) {
        ((ClipboardManager) this.getSystemService("clipboard")).addPrimaryClipChangedListener(new Collect(this));
        return 1;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }

    static class Collect implements ClipboardManager.OnPrimaryClipChangedListener {
        private final Watcher service;

        Collect(Watcher service) {
            this.service = service;
        }

        @Override
        public void onPrimaryClipChanged() {
            service.seen.add(((ClipboardManager) service.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString());
        }
    }
}
