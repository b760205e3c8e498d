package android.app;

/** Compile-time stand-in; the device has the real class. */
public class Fragment {
    public void onCreate(android.os.Bundle state) { }
    public void onResume() { }
    public final Activity getActivity() { return null; }
    public void setArguments(android.os.Bundle arguments) { }
    public final android.os.Bundle getArguments() { return null; }
}
