package org.apkvet.samples.shapekeyboard;

import android.content.ClipboardManager;
import android.inputmethodservice.InputMethodService;
import android.view.View;
import android.view.inputmethod.EditorInfo;
import android.widget.Button;

/** A keyboard that offers to paste: it looks whether there is a clip, and reads it when the button is pressed. */
public class Keys extends InputMethodService implements View.OnClickListener {
    private Button paste;

    @Override
    public void onStartInput(EditorInfo info, boolean restarting) {
        paste = new Button(this);
        if (clipboard().hasPrimaryClip()) {
            paste.setOnClickListener(this);
        }
    }

    @Override
    public void onClick(View view) {
        getCurrentInputConnection().commitText(clipboard().getPrimaryClip().getItemAt(0).getText(), 1);
    }

    private ClipboardManager clipboard() {
        return (ClipboardManager) getSystemService("clipboard");
    }
}
