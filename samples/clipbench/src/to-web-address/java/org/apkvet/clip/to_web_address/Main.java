package org.apkvet.clip.to_web_address;

import android.app.*;
import android.content.*;
import android.os.*;
import android.webkit.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        WebView page = new WebView(this);
        setContentView(page);
        page.loadUrl("https://search.example/find?q=" + copied());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
