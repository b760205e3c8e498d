package org.apkvet.clip.job;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity {
    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        android.app.job.JobScheduler scheduler = (android.app.job.JobScheduler) getSystemService("jobscheduler");
        scheduler.schedule(new android.app.job.JobInfo.Builder(1, new ComponentName(this, Job.class)).setPeriodic(900000).build());
        return true;
    }
}
