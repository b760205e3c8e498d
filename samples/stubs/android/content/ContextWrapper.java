package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ContextWrapper extends Context {
    public ContextWrapper(Context base) { }
    public Object getSystemService(String name) { return null; }
    public ContentResolver getContentResolver() { return null; }
    public void startActivity(Intent intent) { }
    public ComponentName startService(Intent intent) { return null; }
    public Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter) { return null; }
    public void sendBroadcast(Intent intent) { }
    public String getPackageName() { return null; }
    public android.content.pm.PackageManager getPackageManager() { return null; }
    public java.io.File getFilesDir() { return null; }
}
