package org.apkvet.dest.files;

import android.app.Activity;

/** Names no host itself. */
public class Main extends Activity {}
