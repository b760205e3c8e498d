package com.google.clipbench.notes;

import android.app.*;

public class Main extends Activity {
    @Override
    protected void onResume() {
        super.onResume();
        new com.google.clipbench.notes.util.Look(this).text();
    }
}
