package org.apkvet.samples.multi.second;

import android.app.Activity;
import android.content.ClipboardManager;
import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;

/** Lies in the second DEX file; the first inherits from it. */
public class Base extends Activity {
    protected CharSequence read() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }

    protected URLConnection openConnection(String url) throws IOException {
        return new URL(url).openConnection();
    }
}
