package org.apkvet.samples.nativebuilt;

import android.app.Activity;

/** A screen that does nothing. */
public class MainActivity extends Activity { }
