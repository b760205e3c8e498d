package com.stub;

import android.app.Application;

/** A class of the name that a packer's stub has; the screen that the manifest names is not in the package. */
public class StubApp extends Application { }
