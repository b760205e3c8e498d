package mono.android;

/** Stand-in for the runtime's class: starts the managed code. */
public final class Runtime {
    public static native void init(String language, String[] assemblies);

    private Runtime() {}
}
