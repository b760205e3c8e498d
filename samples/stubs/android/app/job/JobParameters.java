package android.app.job;

/** Compile-time stand-in; the device has the real class. */
public class JobParameters {
}
