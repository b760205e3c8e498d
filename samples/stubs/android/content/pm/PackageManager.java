package android.content.pm;

/** Compile-time stand-in; the device has the real class. */
public abstract class PackageManager { public abstract java.util.List<Object> getInstalledPackages(int flags);
    public abstract java.util.List<android.content.pm.ResolveInfo> queryIntentActivities(android.content.Intent intent, int flags);
    public abstract java.util.List<Object> getInstalledApplications(int flags);
}
