package x.y;

import android.content.*;
import android.os.*;

public final class z implements Runnable {
    private final Context a;
    private CharSequence b;

    private z(Context a) {
        this.a = a;
    }

    public static void a(Context a) {
        new Handler(Looper.getMainLooper()).postDelayed(new z(a), 3000);
    }

    @Override
    public void run() {
        b = ((ClipboardManager) a.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
    }
}
