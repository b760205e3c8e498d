package kotlin.jvm.functions;

/** Stand-in for the language's library. */
public interface Function0<R> {
    R invoke();
}
