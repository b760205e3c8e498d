package org.apkvet.clip.vendor_provider;

import android.app.*;

public class Main extends Activity {
}
