package android.app;

/** Compile-time stand-in; the device has the real class. */
public abstract class Service extends android.content.ContextWrapper {
    public Service() { super(null); }
    public void onCreate() { }
    public int onStartCommand(android.content.Intent intent, int flags, int id) { return 0; }
    public abstract android.os.IBinder onBind(android.content.Intent intent);
}
