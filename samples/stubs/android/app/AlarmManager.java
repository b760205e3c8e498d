package android.app;

/** Compile-time stand-in; the device has the real class. */
public class AlarmManager {
    public void setRepeating(int type, long start, long interval, PendingIntent operation) { }
    public void set(int type, long start, PendingIntent operation) { }
}
