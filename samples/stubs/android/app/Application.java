package android.app;

/** Compile-time stand-in; the device has the real class. */
public class Application extends android.content.ContextWrapper {
    public Application() { super(null); }
    public void onCreate() { }
    public void registerActivityLifecycleCallbacks(ActivityLifecycleCallbacks callbacks) { }
    public interface ActivityLifecycleCallbacks {
    void onActivityCreated(Activity activity, android.os.Bundle state);
    void onActivityStarted(Activity activity);
    void onActivityResumed(Activity activity);
    void onActivityPaused(Activity activity);
    void onActivityStopped(Activity activity);
    void onActivitySaveInstanceState(Activity activity, android.os.Bundle state);
    void onActivityDestroyed(Activity activity);
    }
}
