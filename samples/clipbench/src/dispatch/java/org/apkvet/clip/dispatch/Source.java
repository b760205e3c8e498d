package org.apkvet.clip.dispatch;

import android.content.*;

interface Source {
    CharSequence text(Context context);
}
