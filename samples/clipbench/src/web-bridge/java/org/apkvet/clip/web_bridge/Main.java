package org.apkvet.clip.web_bridge;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        android.webkit.WebView web = new android.webkit.WebView(this);
        web.addJavascriptInterface(new Bridge(this), "host");
        web.loadUrl("https://www.example.org/");
        setContentView(web);
    }

    static class Bridge {
        private final Context context;

        Bridge(Context context) {
            this.context = context;
        }

        @android.webkit.JavascriptInterface
        public String paste() {
            return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
        }

        public String hidden() {
            return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
        }
    }
}
