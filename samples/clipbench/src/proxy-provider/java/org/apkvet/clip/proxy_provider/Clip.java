package org.apkvet.clip.proxy_provider;

import android.content.*;

public class Clip extends ContentProvider {
    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public android.database.Cursor query(android.net.Uri uri, String[] columns, String where, String[] values, String order) {
        android.database.MatrixCursor cursor = new android.database.MatrixCursor(new String[] {"text"});
        cursor.addRow(new Object[] {text()});
        return cursor;
    }

    private String text() {
        return ((ClipboardManager) getContext().getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }
}
