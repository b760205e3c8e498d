package org.apkvet.clip.fragment;

import android.app.*;
import android.content.*;

public class Shown extends Fragment {
    private CharSequence last;

    @Override
    public void onResume() {
        super.onResume();
        last = ((ClipboardManager) getActivity().getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
