package android.app.job;

/** Compile-time stand-in; the device has the real class. */
public abstract class JobScheduler {
    public abstract int schedule(JobInfo job);
}
