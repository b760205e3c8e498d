package okhttp3;

import okhttp3.internal.connection.RealCall;

/** Stand-in for the library, written for this sample. */
public class OkHttpClient {
    public Call newCall(Request request) {
        return new RealCall(request);
    }
}
