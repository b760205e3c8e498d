package org.apkvet.samples.game;

import android.app.Activity;

public class MainActivity extends Activity { }
