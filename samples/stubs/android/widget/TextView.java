package android.widget;

/** Compile-time stand-in; the device has the real class. */
public class TextView extends android.view.View { public TextView(android.content.Context c) { super(c); } public void setText(CharSequence text) { } }
