package org.apkvet.clip.kept_on_screen;

import android.app.*;
import android.os.*;
import android.widget.*;

public class Show extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        EditText field = new EditText(this);
        field.setText(getIntent().getStringExtra("text"));
        setContentView(field);
    }
}
