package androidx.lifecycle;

/** Stand-in for the library's interface. */
public interface Observer<T> {
    void onChanged(T value);
}
