package android.content;

/** Compile-time stand-in; the device has the real class. */
public abstract class BroadcastReceiver {
    public abstract void onReceive(Context context, Intent intent);
    public final void setResultData(String data) { }
}
