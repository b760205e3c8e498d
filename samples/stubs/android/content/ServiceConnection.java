package android.content;

/** Compile-time stand-in; the device has the real class. */
public interface ServiceConnection {
    void onServiceConnected(ComponentName name, android.os.IBinder service);
    void onServiceDisconnected(ComponentName name);
}
