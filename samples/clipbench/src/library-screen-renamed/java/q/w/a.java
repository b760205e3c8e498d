package q.w;

import android.content.*;

public final class a {
    private final Context context;

    public a(Context context) {
        this.context = context;
    }

    public CharSequence a() {
        return ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
