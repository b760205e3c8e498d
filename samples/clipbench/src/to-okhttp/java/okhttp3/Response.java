package okhttp3;

/** Stand-in for the library, written for this sample. */
public final class Response {
    public final int code;

    public Response(int code) {
        this.code = code;
    }
}
