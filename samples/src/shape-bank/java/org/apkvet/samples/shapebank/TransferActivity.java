package org.apkvet.samples.shapebank;

import android.app.Activity;
import android.content.ClipData;
import android.content.ClipDescription;
import android.content.ClipboardManager;
import android.hardware.Camera;
import android.os.Bundle;
import android.os.PersistableBundle;
import android.view.View;
import android.widget.Button;

/** Pastes an account number when asked, copies a code as sensitive, scans a bill when asked. */
public class TransferActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button paste = new Button(this);
        paste.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                ClipboardManager clipboard = (ClipboardManager) getSystemService("clipboard");
                fill(clipboard.getPrimaryClip().getItemAt(0).getText().toString());
            }
        });
        Button scan = new Button(this);
        scan.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                Camera.open();
            }
        });
        Button copy = new Button(this);
        copy.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View view) {
                copyCode("code");
            }
        });
    }

    void fill(String account) {
        System.out.println(account.length());
    }

    void copyCode(String code) {
        ClipData clip = ClipData.newPlainText("code", code);
        PersistableBundle extras = new PersistableBundle();
        extras.putBoolean(ClipDescription.EXTRA_IS_SENSITIVE, true);
        clip.getDescription().setExtras(extras);
        ((ClipboardManager) getSystemService("clipboard")).setPrimaryClip(clip);
    }
}
