package androidx.lifecycle;

/** Stand-in for the library: only the names. */
public class LiveData<T> {
    public void observeForever(Observer<? super T> observer) {
    }
}
