package kotlinx.coroutines;

/** Stand-in for the library: only the names. */
public final class BuildersKt {
    public static Object launch$default(CoroutineScope scope, Object context, Object start, kotlin.jvm.functions.Function2<CoroutineScope, kotlin.coroutines.Continuation<Object>, Object> block, int mask, Object marker) {
        return null;
    }
}
