package org.apkvet.clip.through_async_task;

import android.os.*;

class Tidy extends AsyncTask<String, Void, String> {
    @Override
    protected String doInBackground(String... given) {
        return given[1].trim();
    }

    @Override
    protected void onPostExecute(String result) {
        Net.send(result);
    }
}
