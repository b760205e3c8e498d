package okhttp3;

import java.io.IOException;

/** Stand-in for the library, written for this sample. */
public interface Callback {
    void onFailure(Call call, IOException problem);

    void onResponse(Call call, Response response) throws IOException;
}
