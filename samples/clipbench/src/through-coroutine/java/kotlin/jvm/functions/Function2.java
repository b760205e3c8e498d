package kotlin.jvm.functions;

/** Stand-in for the language's library. */
public interface Function2<A, B, R> {
    R invoke(A first, B second);
}
