package org.apkvet.samples.over;

import android.app.Activity;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.provider.ContactsContract;

/** Uses contacts through a field and the calendar through a constant; camera and messages not at all. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Cursor contacts = getContentResolver().query(ContactsContract.Contacts.CONTENT_URI, null, null, null, null);
        contacts.close();
        Uri events = Uri.parse("content://com.android.calendar/events");
        Cursor calendar = getContentResolver().query(events, null, null, null, null);
        calendar.close();
    }
}
