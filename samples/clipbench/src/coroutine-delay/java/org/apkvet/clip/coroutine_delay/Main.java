package org.apkvet.clip.coroutine_delay;

import android.app.*;
import android.content.*;
import android.view.*;

public class Main extends Activity implements kotlinx.coroutines.CoroutineScope {
    static CharSequence last;

    @Override
    public boolean onOptionsItemSelected(MenuItem item) {
        kotlinx.coroutines.BuildersKt.launch$default(this, null, null, new Loop(this, null), 3, null);
        return true;
    }
    static class Loop extends kotlin.coroutines.jvm.internal.SuspendLambda implements kotlin.jvm.functions.Function2<kotlinx.coroutines.CoroutineScope, kotlin.coroutines.Continuation<Object>, Object> {
        private final Context context;
        private int label;

        Loop(Context context, kotlin.coroutines.Continuation<Object> completion) {
            super(2, completion);
            this.context = context;
        }

        @Override
        protected Object invokeSuspend(Object result) {
            switch (label) {
                case 0:
                    label = 1;
                    return kotlinx.coroutines.DelayKt.delay(60000, this);
                default:
                    Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
                    label = 0;
                    return invokeSuspend(null);
            }
        }

        @Override
        public Object invoke(kotlinx.coroutines.CoroutineScope scope, kotlin.coroutines.Continuation<Object> completion) {
            return new Loop(context, completion).invokeSuspend(null);
        }
    }
}
