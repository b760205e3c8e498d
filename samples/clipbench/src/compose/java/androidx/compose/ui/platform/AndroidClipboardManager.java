package androidx.compose.ui.platform;

import android.content.*;

/** Stand-in for the toolkit's class: it reads for whoever calls it. */
public final class AndroidClipboardManager {
    private final ClipboardManager clipboard;

    public AndroidClipboardManager(Context context) {
        clipboard = ((ClipboardManager) context.getSystemService("clipboard"));
    }

    public CharSequence getText() {
        return clipboard.getPrimaryClip().getItemAt(0).getText();
    }
}
