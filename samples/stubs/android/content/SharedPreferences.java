package android.content;

/** Compile-time stand-in; the device has the real class. */
public interface SharedPreferences {
    String getString(String key, String fallback);
    Editor edit();
    interface Editor { Editor putString(String key, String value); void apply(); }
}
