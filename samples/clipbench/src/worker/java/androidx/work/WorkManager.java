package androidx.work;

import android.content.*;

/** Stand-in for the library: only the names. */
public abstract class WorkManager {
    public static WorkManager getInstance(android.content.Context context) {
        return null;
    }

    public abstract Object enqueue(OneTimeWorkRequest request);
}
