package org.apkvet.clip.paste_own_field;

import android.content.*;
import android.widget.*;

public class PasteField extends EditText {
    private final Context owner;

    public PasteField(Context context) {
        super(context);
        owner = context;
    }

    @Override
    public boolean onTextContextMenuItem(int id) {
        setText(((ClipboardManager) owner.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
        return true;
    }
}
