package o;

import android.content.*;
import android.widget.*;

/** Stand-in for the toolkit's helper, with one message of the real one. */
public final class b {
    public static boolean a(Context context, TextView view) {
        if (context == null) {
            android.util.Log.d("ReceiveContent", "Can't handle drop: no activity: view=" + view);
            return false;
        }
        view.setText(((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
        return true;
    }
}
