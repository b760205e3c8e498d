package org.apkvet.samples.inherit;

import android.content.ClipboardManager;
import android.content.Context;
import android.content.ContextWrapper;
import android.os.Bundle;
import android.webkit.WebView;

/** Calls platform methods through own classes, own interfaces and super. */
public class MainActivity extends BaseActivity {
    static class Wrapper extends ContextWrapper {
        Wrapper(Context base) {
            super(base);
        }

        @Override
        public String getPackageName() {
            return "hidden";
        }
    }

    static class Browser extends WebView {
        Browser(Context context) {
            super(context);
        }

        void open() {
            loadUrl("https://www.example.org/start");
        }
    }

    static class QuietBrowser extends Browser {
        QuietBrowser(Context context) {
            super(context);
        }

        @Override
        public void loadUrl(String url) {
            System.out.println(url);
        }
    }

    interface Watcher extends ClipboardManager.OnPrimaryClipChangedListener { }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new Wrapper(this).getSystemService("clipboard");
        new Browser(this).loadUrl("https://www.example.org/direct");
        new QuietBrowser(this).loadUrl("https://www.example.org/own-method-not-the-platforms");
        clipboard().getText();
    }
}
