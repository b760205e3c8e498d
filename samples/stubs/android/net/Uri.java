package android.net;

/** Compile-time stand-in; the device has the real class. */
public abstract class Uri {
    public static Uri parse(String text) { return null; }

    public static final class Builder {
        public Builder scheme(String scheme) { return this; }
        public Builder authority(String authority) { return this; }
        public Uri build() { return null; }
    }
}
