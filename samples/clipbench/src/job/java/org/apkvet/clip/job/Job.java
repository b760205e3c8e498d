package org.apkvet.clip.job;

import android.content.*;
import android.os.*;

public class Job extends android.app.job.JobService {
    private CharSequence last;

    @Override
    public boolean onStartJob(android.app.job.JobParameters parameters) {
        last = ((ClipboardManager) this.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
        return false;
    }

    @Override
    public boolean onStopJob(android.app.job.JobParameters parameters) {
        return false;
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
