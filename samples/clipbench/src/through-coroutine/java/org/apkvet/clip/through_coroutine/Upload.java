package org.apkvet.clip.through_coroutine;

final class Upload extends kotlin.coroutines.jvm.internal.SuspendLambda implements kotlin.jvm.functions.Function2<kotlinx.coroutines.CoroutineScope, kotlin.coroutines.Continuation<Object>, Object> {
    private final String text;

    Upload(String text, kotlin.coroutines.Continuation<Object> completion) {
        super(2, completion);
        this.text = text;
    }

    @Override
    protected Object invokeSuspend(Object result) {
        Net.send(text);
        return null;
    }

    @Override
    public Object invoke(kotlinx.coroutines.CoroutineScope scope, kotlin.coroutines.Continuation<Object> completion) {
        return new Upload(text, completion).invokeSuspend(null);
    }
}
