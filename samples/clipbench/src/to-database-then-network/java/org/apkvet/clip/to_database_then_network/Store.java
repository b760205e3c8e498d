package org.apkvet.clip.to_database_then_network;

import android.content.*;
import android.database.sqlite.*;

class Store extends SQLiteOpenHelper {
    Store(Context context) {
        super(context, "clips.db", null, 1);
    }

    @Override
    public void onCreate(SQLiteDatabase database) {
        database.execSQL("CREATE TABLE clips (text TEXT)");
        database.execSQL("CREATE TABLE words (text TEXT)");
    }

    @Override
    public void onUpgrade(SQLiteDatabase database, int before, int now) {
    }
}
