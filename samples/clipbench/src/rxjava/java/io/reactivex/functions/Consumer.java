package io.reactivex.functions;

/** Stand-in for the library's interface. */
public interface Consumer<T> {
    void accept(T value) throws Exception;
}
