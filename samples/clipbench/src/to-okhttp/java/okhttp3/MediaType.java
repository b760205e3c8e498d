package okhttp3;

/** Stand-in for the library, written for this sample. */
public final class MediaType {
    private final String name;

    private MediaType(String name) {
        this.name = name;
    }

    public static MediaType parse(String name) {
        return new MediaType(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
