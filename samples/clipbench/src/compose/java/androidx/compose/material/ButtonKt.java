package androidx.compose.material;

import android.widget.*;

/** Stand-in for the toolkit: only the names. */
public final class ButtonKt {
    public static void Button(kotlin.jvm.functions.Function0<Object> onClick, Object content, Object composer, int changed) {
    }
}
