package android.content.pm;

/** Compile-time stand-in; the device has the real class. */
public class ResolveInfo { }
