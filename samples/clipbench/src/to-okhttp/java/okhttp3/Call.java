package okhttp3;

import java.io.IOException;

/** Stand-in for the library, written for this sample. */
public interface Call {
    Response execute() throws IOException;

    void enqueue(Callback callback);
}
