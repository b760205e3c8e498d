package kotlinx.coroutines.flow;

/** Stand-in for the library's interface. */
public interface Flow<T> {
    Object collect(FlowCollector<? super T> collector, kotlin.coroutines.Continuation<Object> completion);
}
