package androidx.appcompat.widget;

import android.content.*;
import android.widget.*;

/** Stand-in for the toolkit's field. */
public class AppCompatEditText extends EditText {
    private final Context owner;

    public AppCompatEditText(Context context) {
        super(context);
        owner = context;
    }

    @Override
    public boolean onTextContextMenuItem(int id) {
        return o.b.a(owner, this) || super.onTextContextMenuItem(id);
    }
}
