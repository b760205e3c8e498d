package android.view.accessibility;

/** Compile-time stand-in; the device has the real class. */
public final class AccessibilityEvent {
}
