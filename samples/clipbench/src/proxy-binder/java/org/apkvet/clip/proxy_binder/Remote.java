package org.apkvet.clip.proxy_binder;

import android.app.*;
import android.content.*;
import android.os.*;

public class Remote extends Service {
    @Override
    public IBinder onBind(Intent intent) {
        return new Door(this);
    }

    static class Door extends Binder {
        private final Context context;

        Door(Context context) {
            this.context = context;
        }

        @Override
        protected boolean onTransact(int code, Parcel data, Parcel reply, int flags) {
            reply.writeString(((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString());
            return true;
        }
    }
}
