package android.accessibilityservice;

/** Compile-time stand-in; the device has the real class. */
public abstract class AccessibilityService extends android.app.Service {
    public abstract void onAccessibilityEvent(android.view.accessibility.AccessibilityEvent event);
    public abstract void onInterrupt();
}
