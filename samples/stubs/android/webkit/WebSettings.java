package android.webkit;

/** Compile-time stand-in; the device has the real class. */
public abstract class WebSettings {
    public abstract void setJavaScriptEnabled(boolean on);
}
