package org.apkvet.samples.keyboard;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.inputmethodservice.InputMethodService;
import android.os.PersistableBundle;
import android.webkit.JavascriptInterface;
import android.webkit.WebView;
import dalvik.system.DexClassLoader;
import java.io.IOException;

/** A keyboard with a clipboard history, and one of every way to escape analysis. */
public class Keyboard extends InputMethodService implements ClipboardManager.OnPrimaryClipChangedListener {
    private ClipboardManager clipboard;

    @Override
    public void onCreate() {
        super.onCreate();
        clipboard = (ClipboardManager) getSystemService("clipboard");
        clipboard.addPrimaryClipChangedListener(this);
    }

    @Override
    public void onFinishInput() {
        clipboard.removePrimaryClipChangedListener(this);
    }

    @Override
    public void onPrimaryClipChanged() {
        if (clipboard.getPrimaryClipDescription() != null) {
            System.out.println(clipboard.getPrimaryClip().getItemAt(0).getText());
        }
    }

    void copySecret(String secret) {
        ClipData clip = ClipData.newPlainText("", secret);
        PersistableBundle extras = new PersistableBundle();
        extras.putBoolean("android.content.extra.IS_SENSITIVE", true);
        extras.putBoolean("something.else", true);
        clip.getDescription().setExtras(extras);
        clipboard.setPrimaryClip(clip);
        clipboard.clearPrimaryClip();
    }

    Object escape(String name) throws ReflectiveOperationException, IOException {
        ClassLoader loader = new DexClassLoader("/sdcard/more.dex", null, null, null);
        Class<?> known = Class.forName("android.content.ClipboardManager");
        known.getMethod("getPrimaryClip").invoke(clipboard);
        System.loadLibrary("keys");
        Runtime.getRuntime().exec("su -c id");
        WebView web = new WebView(this);
        web.addJavascriptInterface(new Bridge(), "keyboard");
        return loader.loadClass(name);
    }

    static class Bridge {
        @JavascriptInterface
        public String version() {
            return "1";
        }
    }
}
