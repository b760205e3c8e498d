package org.apkvet.samples.paste;

import android.app.Activity;
import android.content.ClipboardManager;
import android.os.Bundle;
import android.view.View;
import android.widget.Button;

/** Reads the clipboard when its button is pressed, and shows the text. */
public class MainActivity extends Activity implements View.OnClickListener {
    private Button button;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        button = new Button(this);
        button.setOnClickListener(this);
        setContentView(button);
    }

    @Override
    public void onClick(View view) {
        ClipboardManager clipboard = (ClipboardManager) getSystemService("clipboard");
        if (clipboard.hasPrimaryClip()) {
            button.setText(clipboard.getPrimaryClip().getItemAt(0).getText());
        }
    }
}
