package android.provider;

/** Compile-time stand-in; the device has the real class. */
public final class ContactsContract {
    public static class Contacts { public static final android.net.Uri CONTENT_URI = null; }
}
