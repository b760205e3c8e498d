package org.apkvet.clip.own_list_two;

import android.content.*;

interface Told {
    void told(Context context);
}
