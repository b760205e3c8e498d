package org.apkvet.clip.through_fragment;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Bundle given = new Bundle();
        given.putString("text", copied());
        Page page = new Page();
        page.setArguments(given);
        getFragmentManager().beginTransaction().add(1, page).commit();
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
