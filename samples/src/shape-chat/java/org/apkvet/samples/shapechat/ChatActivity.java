package org.apkvet.samples.shapechat;

import android.app.Activity;
import android.content.ClipboardManager;
import android.database.Cursor;
import android.hardware.Camera;
import android.media.MediaRecorder;
import android.os.Bundle;
import android.provider.ContactsContract;
import android.view.View;
import android.widget.Button;

/** Everything that people expect of a chat happens when they touch something. */
public class ChatActivity extends Activity implements View.OnClickListener {
    private final Button friends = new Button(this);
    private final Button picture = new Button(this);
    private final Button voice = new Button(this);
    private final Button paste = new Button(this);

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        friends.setOnClickListener(this);
        picture.setOnClickListener(this);
        voice.setOnClickListener(this);
        paste.setOnClickListener(this);
    }

    @Override
    public void onClick(View view) {
        if (view == friends) {
            findFriends();
        } else if (view == picture) {
            Camera.open();
        } else if (view == voice) {
            MediaRecorder recorder = new MediaRecorder();
            recorder.setAudioSource(MediaRecorder.AudioSource.MIC);
            recorder.start();
        } else {
            send(((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText());
        }
    }

    private void findFriends() {
        Cursor people = getContentResolver().query(ContactsContract.Contacts.CONTENT_URI, null, null, null, null);
        System.out.println(people);
    }

    private void send(CharSequence text) {
        System.out.println(text);
    }
}
