package android.content;

/** Compile-time stand-in; the device has the real class. */
public class ContextWrapper extends Context {
    public ContextWrapper(Context base) { }
    public Object getSystemService(String name) { return null; }
    public ContentResolver getContentResolver() { return null; }
    public Context getApplicationContext() { return null; }
    public ClassLoader getClassLoader() { return null; }
    public void startActivity(Intent intent) { }
    public ComponentName startService(Intent intent) { return null; }
    public boolean bindService(Intent intent, ServiceConnection connection, int flags) { return false; }
    public Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter) { return null; }
    public Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter, int flags) { return null; }
    public void sendBroadcast(Intent intent) { }
    public SharedPreferences getSharedPreferences(String name, int mode) { return null; }
    public String getPackageName() { return null; }
    public android.content.pm.PackageManager getPackageManager() { return null; }
    public java.io.File getFilesDir() { return null; }
    public java.io.FileOutputStream openFileOutput(String name, int mode) throws java.io.FileNotFoundException { return null; }
    public java.io.FileInputStream openFileInput(String name) throws java.io.FileNotFoundException { return null; }
    public java.io.File getDir(String name, int mode) { return null; }
    public android.content.res.AssetManager getAssets() { return null; }
}
