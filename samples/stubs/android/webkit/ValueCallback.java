package android.webkit;

/** Compile-time stand-in; the device has the real class. */
public interface ValueCallback<T> { void onReceiveValue(T value); }
