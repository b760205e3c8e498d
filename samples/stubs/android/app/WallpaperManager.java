package android.app;

/** Compile-time stand-in; the device has the real class. */
public class WallpaperManager {
    public static WallpaperManager getInstance(android.content.Context context) { return null; }
    public void setResource(int resource) { }
}
