package androidx.appcompat.widget;

import android.content.*;
import android.widget.*;

/** Stand-in for the toolkit's field: it reads by itself when its menu item is chosen. */
public class AppCompatEditText extends EditText {
    private final Context owner;

    public AppCompatEditText(Context context) {
        super(context);
        owner = context;
    }

    @Override
    public boolean onTextContextMenuItem(int id) {
        if (id == 16908322) {
            ClipData clip = ((ClipboardManager) owner.getSystemService("clipboard")).getPrimaryClip();
            setText(clip.getItemAt(0).getText());
            return true;
        }
        return super.onTextContextMenuItem(id);
    }
}
