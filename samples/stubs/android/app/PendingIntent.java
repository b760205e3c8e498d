package android.app;

/** Compile-time stand-in; the device has the real class. */
public final class PendingIntent {
    public static PendingIntent getBroadcast(android.content.Context context, int code, android.content.Intent intent, int flags) { return null; }
    public static PendingIntent getService(android.content.Context context, int code, android.content.Intent intent, int flags) { return null; }
}
