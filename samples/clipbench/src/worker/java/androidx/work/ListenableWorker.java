package androidx.work;

import android.content.*;

/** Stand-in for the library: only the names. */
public abstract class ListenableWorker {
    public abstract Object doWork();

    public final android.content.Context getApplicationContext() {
        return null;
    }
}
