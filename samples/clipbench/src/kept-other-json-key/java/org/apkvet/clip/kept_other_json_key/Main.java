package org.apkvet.clip.kept_other_json_key;

import android.app.*;
import android.content.*;
import android.os.*;
import org.json.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        try {
            JSONObject note = new JSONObject();
            note.put("kind", "plain");
            note.put("text", copied());
            Net.send(note.getString("kind"));
        } catch (JSONException wrong) {
            finish();
        }
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
