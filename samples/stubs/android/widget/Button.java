package android.widget;

/** Compile-time stand-in; the device has the real class. */
public class Button extends TextView { public Button(android.content.Context c) { super(c); } }
