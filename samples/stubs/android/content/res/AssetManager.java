package android.content.res;

/** Compile-time stand-in; the device has the real class. */
public final class AssetManager { public java.io.InputStream open(String name) throws java.io.IOException { return null; } }
