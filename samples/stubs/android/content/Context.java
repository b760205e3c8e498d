package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class Context {
    public static final String CLIPBOARD_SERVICE = "clipboard";
    public abstract Object getSystemService(String name);
    public abstract ContentResolver getContentResolver();
    public abstract Context getApplicationContext();
    public abstract ClassLoader getClassLoader();
    public abstract void startActivity(Intent intent);
    public abstract ComponentName startService(Intent intent);
    public abstract boolean bindService(Intent intent, ServiceConnection connection, int flags);
    public abstract Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter);
    public abstract Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter, int flags);
    public abstract void sendBroadcast(Intent intent);
    public abstract SharedPreferences getSharedPreferences(String name, int mode);
    public abstract String getPackageName();
    public abstract android.content.pm.PackageManager getPackageManager();
    public abstract java.io.File getFilesDir();
    public abstract java.io.File getDir(String name, int mode);
    public abstract android.content.res.AssetManager getAssets();
    public abstract java.io.FileOutputStream openFileOutput(String name, int mode) throws java.io.FileNotFoundException;
    public abstract java.io.FileInputStream openFileInput(String name) throws java.io.FileNotFoundException;
}
