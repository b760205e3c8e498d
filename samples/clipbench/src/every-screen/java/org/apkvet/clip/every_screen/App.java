package org.apkvet.clip.every_screen;

import android.app.*;
import android.content.*;
import android.os.*;

public class App extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        registerActivityLifecycleCallbacks(new Screens());
    }

    static class Screens implements Application.ActivityLifecycleCallbacks {
        private CharSequence last;

        @Override public void onActivityCreated(Activity activity, Bundle state) { }
        @Override public void onActivityStarted(Activity activity) { }
        @Override public void onActivityPaused(Activity activity) { }
        @Override public void onActivityStopped(Activity activity) { }
        @Override public void onActivitySaveInstanceState(Activity activity, Bundle state) { }
        @Override public void onActivityDestroyed(Activity activity) { }

        @Override
        public void onActivityResumed(Activity activity) {
            last = ((ClipboardManager) activity.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        }
    }
}
