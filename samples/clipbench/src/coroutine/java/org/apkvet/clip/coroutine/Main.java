package org.apkvet.clip.coroutine;

import android.app.*;
import android.content.*;
import android.os.*;
import android.view.*;
import android.widget.*;
import java.util.*;

public class Main extends Activity implements kotlinx.coroutines.CoroutineScope {
    static CharSequence last;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Button button = new Button(this);
        button.setOnClickListener(new Click(this));
        setContentView(button);
        new Timer().schedule(new Tick(this), 60000, 60000);
    }

    static class Click implements View.OnClickListener {
        private final Main screen;

        Click(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            kotlinx.coroutines.BuildersKt.launch$default(screen, null, null, new ByClick(screen, null), 3, null);
        }
    }

    static class Tick extends TimerTask {
        private final Main screen;

        Tick(Main screen) {
            this.screen = screen;
        }

        @Override
        public void run() {
            kotlinx.coroutines.BuildersKt.launch$default(screen, null, null, new ByTimer(screen, null), 3, null);
        }
    }

    static class ByClick extends kotlin.coroutines.jvm.internal.SuspendLambda implements kotlin.jvm.functions.Function2<kotlinx.coroutines.CoroutineScope, kotlin.coroutines.Continuation<Object>, Object> {
        private final Context context;
        private int label;

        ByClick(Context context, kotlin.coroutines.Continuation<Object> completion) {
            super(2, completion);
            this.context = context;
        }

        @Override
        protected Object invokeSuspend(Object result) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }

        @Override
        public Object invoke(kotlinx.coroutines.CoroutineScope scope, kotlin.coroutines.Continuation<Object> completion) {
            return new ByClick(context, completion).invokeSuspend(null);
        }
    }

    static class ByTimer extends kotlin.coroutines.jvm.internal.SuspendLambda implements kotlin.jvm.functions.Function2<kotlinx.coroutines.CoroutineScope, kotlin.coroutines.Continuation<Object>, Object> {
        private final Context context;
        private int label;

        ByTimer(Context context, kotlin.coroutines.Continuation<Object> completion) {
            super(2, completion);
            this.context = context;
        }

        @Override
        protected Object invokeSuspend(Object result) {
            Main.last = ((ClipboardManager) context.getSystemService("clipboard")).getPrimaryClip().getItemAt(0).getText();
            return null;
        }

        @Override
        public Object invoke(kotlinx.coroutines.CoroutineScope scope, kotlin.coroutines.Continuation<Object> completion) {
            return new ByTimer(context, completion).invokeSuspend(null);
        }
    }
}
