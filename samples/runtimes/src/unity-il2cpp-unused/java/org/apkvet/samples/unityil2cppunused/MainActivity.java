package org.apkvet.samples.unityil2cppunused;

import android.app.Activity;
import android.os.Bundle;
import com.unity3d.player.UnityPlayer;

/** All that Java does in a Unity app. */
public class MainActivity extends Activity {
    private UnityPlayer player;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        player = new UnityPlayer(this);
    }
}
