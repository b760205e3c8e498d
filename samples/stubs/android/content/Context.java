package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class Context {
    public abstract Object getSystemService(String name);
    public abstract ContentResolver getContentResolver();
    public abstract void startActivity(Intent intent);
    public abstract ComponentName startService(Intent intent);
    public abstract Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter);
    public abstract void sendBroadcast(Intent intent);
    public abstract String getPackageName();
    public abstract android.content.pm.PackageManager getPackageManager();
    public abstract java.io.File getFilesDir();
}
