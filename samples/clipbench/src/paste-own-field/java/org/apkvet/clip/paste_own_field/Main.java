package org.apkvet.clip.paste_own_field;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(new PasteField(this));
    }
}
