package org.apkvet.samples.notes;

import android.app.Activity;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.os.Bundle;
import android.view.View;

/** The screen that the launcher shows. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(0x7f010000);
        setTitle(Native.source());
    }

    /** Named by the layout. */
    public void copy(View view) {
        clipboard(this).setPrimaryClip(ClipData.newPlainText("note", "a note"));
    }

    public static ClipboardManager clipboard(Activity activity) {
        return (ClipboardManager) activity.getSystemService("clipboard");
    }
}
