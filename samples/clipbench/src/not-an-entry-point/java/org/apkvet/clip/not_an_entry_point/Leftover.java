package org.apkvet.clip.not_an_entry_point;

import android.content.*;
import android.view.*;

public class Leftover implements View.OnClickListener {
    private CharSequence last;

    @Override
    public void onClick(View view) {
        last = ((ClipboardManager) view.getContext().getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
