package kotlinx.coroutines;

/** Stand-in for the library: only the names. */
public final class DelayKt {
    public static Object delay(long milliseconds, kotlin.coroutines.Continuation<Object> continuation) {
        return null;
    }
}
