package android.os;

/** Compile-time stand-in; the device has the real class. */
public abstract class AsyncTask<Params, Progress, Result> {
    protected abstract Result doInBackground(Params... params);
    protected void onPostExecute(Result result) { }
    public final AsyncTask<Params, Progress, Result> execute(Params... params) { return this; }
}
