package android.app.job;

/** Compile-time stand-in; the device has the real class. */
public class JobInfo {
    public static final class Builder {
    public Builder(int id, android.content.ComponentName service) { }
    public Builder setPeriodic(long interval) { return this; }
    public JobInfo build() { return null; }
    }
}
