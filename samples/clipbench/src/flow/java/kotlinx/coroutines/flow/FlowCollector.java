package kotlinx.coroutines.flow;

/** Stand-in for the library's interface. */
public interface FlowCollector<T> {
    Object emit(T value, kotlin.coroutines.Continuation<Object> completion);
}
