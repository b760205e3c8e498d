package android.webkit;

/** Compile-time stand-in; the device has the real class. */
public class WebView extends android.view.View {
    public WebView(android.content.Context context) { super(context); }
    public void loadUrl(String url) { }
    public void addJavascriptInterface(Object object, String name) { }
    public WebSettings getSettings() { return null; }
    public void evaluateJavascript(String script, ValueCallback<String> done) { }
}
