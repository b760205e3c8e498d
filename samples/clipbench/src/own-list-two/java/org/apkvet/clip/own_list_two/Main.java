package org.apkvet.clip.own_list_two;

import android.app.*;
import android.os.*;
import android.view.*;
import java.util.*;

public class Main extends Activity {
    static CharSequence last;
    private final ArrayList<Told> told = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        told.add(new Reader());
        new Quiet().told(this);
    }

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        for (Told each : told) {
            each.told(this);
        }
        return true;
    }
}
