package dalvik.system;

/** Compile-time stand-in; the device has the real class. */
public class DexClassLoader extends BaseDexClassLoader { public DexClassLoader(String path, String out, String libs, ClassLoader parent) { } }
