package okhttp3;

/** Stand-in for the library, written for this sample. */
public final class RequestBody {
    public final MediaType type;
    public final String content;

    private RequestBody(MediaType type, String content) {
        this.type = type;
        this.content = content;
    }

    public static RequestBody create(MediaType type, String content) {
        return new RequestBody(type, content);
    }
}
