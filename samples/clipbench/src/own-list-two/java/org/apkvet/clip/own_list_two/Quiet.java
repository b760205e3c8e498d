package org.apkvet.clip.own_list_two;

import android.content.*;

class Quiet implements Told {
    @Override
    public void told(Context context) {
        Main.last = "";
    }
}
