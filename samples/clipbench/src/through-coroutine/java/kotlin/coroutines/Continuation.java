package kotlin.coroutines;

/** Stand-in for the language's library. */
public interface Continuation<T> {
    void resumeWith(Object result);
}
