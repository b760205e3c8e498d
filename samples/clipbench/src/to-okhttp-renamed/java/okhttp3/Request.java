package okhttp3;

import java.net.URI;

/** Stand-in for the library, written for this sample. */
public final class Request {
    public final URI address;
    public final RequestBody body;

    Request(Builder builder) {
        this.address = builder.address;
        this.body = builder.body;
    }

    public static class Builder {
        private URI address;
        private RequestBody body;

        public Builder url(String address) {
            this.address = URI.create(address);
            return this;
        }

        public Builder post(RequestBody body) {
            this.body = body;
            return this;
        }

        public Request build() {
            return new Request(this);
        }
    }
}
