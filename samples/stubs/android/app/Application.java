package android.app;

/** Compile-time stand-in; the device has the real class. */
public class Application extends android.content.ContextWrapper { public Application() { super(null); } public void onCreate() { } }
