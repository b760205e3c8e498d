package org.apkvet.clip.own_list;

import android.content.*;

interface Told {
    void told(Context context);
}
