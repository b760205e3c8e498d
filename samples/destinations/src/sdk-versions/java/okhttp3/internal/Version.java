package okhttp3.internal;

public final class Version {
    public static String userAgent(int times) {
        StringBuilder text = new StringBuilder("okhttp/3.12.13");
        for (int i = 0; i < times; i++) {
            text.append(' ').append(i);
        }
        return text.toString();
    }
}
