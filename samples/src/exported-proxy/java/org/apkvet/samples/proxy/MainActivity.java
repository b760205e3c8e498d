package org.apkvet.samples.proxy;

import android.app.Activity;

/** A screen that does nothing. */
public class MainActivity extends Activity { }
