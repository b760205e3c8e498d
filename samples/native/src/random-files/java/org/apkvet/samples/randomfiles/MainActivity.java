package org.apkvet.samples.randomfiles;

import android.app.Activity;

/** A screen that does nothing. */
public class MainActivity extends Activity { }
