package android.app.job;

/** Compile-time stand-in; the device has the real class. */
public abstract class JobService extends android.app.Service {
    public abstract boolean onStartJob(JobParameters parameters);
    public abstract boolean onStopJob(JobParameters parameters);
}
