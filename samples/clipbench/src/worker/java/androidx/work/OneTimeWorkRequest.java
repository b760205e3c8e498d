package androidx.work;

/** Stand-in for the library: only the names. */
public class OneTimeWorkRequest {
    public static class Builder {
        public Builder(Class<? extends ListenableWorker> worker) {
        }

        public OneTimeWorkRequest build() {
            return null;
        }
    }
}
