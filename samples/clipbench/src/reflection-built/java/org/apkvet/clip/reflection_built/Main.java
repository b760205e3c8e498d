package org.apkvet.clip.reflection_built;

import android.app.*;
import android.view.*;

public class Main extends Activity {
    private Object last;

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        String noun = "Clipboard";
        String verb = "get";
        try {
            Class<?> manager = Class.forName("android.content." + noun + "Manager");
            last = manager.getMethod(verb + "Primary" + "Clip").invoke(getSystemService("clipboard"));
        } catch (ReflectiveOperationException error) {
            last = null;
        }
        return true;
    }
}
