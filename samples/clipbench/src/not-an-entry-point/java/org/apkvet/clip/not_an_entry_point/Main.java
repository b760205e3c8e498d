package org.apkvet.clip.not_an_entry_point;

import android.app.*;

public class Main extends Activity {
}
