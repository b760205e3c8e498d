package org.apkvet.clip.through_fragment;

import android.app.*;
import android.os.*;

public class Page extends Fragment {
    @Override
    public void onCreate(Bundle state) {
        super.onCreate(state);
        Net.send(getArguments().getString("text"));
    }
}
