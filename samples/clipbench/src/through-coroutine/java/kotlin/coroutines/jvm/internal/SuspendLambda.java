package kotlin.coroutines.jvm.internal;

/** Stand-in for the language's library: the class that the compiler derives the body of a coroutine from. */
public abstract class SuspendLambda implements kotlin.coroutines.Continuation<Object> {
    public SuspendLambda(int arity, kotlin.coroutines.Continuation<Object> completion) {
    }

    protected abstract Object invokeSuspend(Object result);

    @Override
    public final void resumeWith(Object result) {
    }
}
