package dalvik.system;

/** Compile-time stand-in; the device has the real class. */
public class BaseDexClassLoader extends ClassLoader { }
