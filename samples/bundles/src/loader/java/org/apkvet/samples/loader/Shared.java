package org.apkvet.samples.loader;

import android.app.Activity;

/** The app's own; the JAR has another of this name, which is never loaded. */
public class Shared {
    public static void greet(Activity activity) {
        activity.setTitle("Hello");
    }
}
