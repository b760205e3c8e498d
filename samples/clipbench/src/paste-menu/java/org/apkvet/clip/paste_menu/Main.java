package org.apkvet.clip.paste_menu;

import android.app.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(new androidx.appcompat.widget.AppCompatEditText(this));
    }
}
