package org.apkvet.samples.shapekeyboard;

import android.app.Activity;

public class Settings extends Activity { }
