package org.apkvet.clip.every_screen;

import android.app.*;

public class Main extends Activity {
}
