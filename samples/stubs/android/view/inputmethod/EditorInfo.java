package android.view.inputmethod;

/** Compile-time stand-in; the device has the real class. */
public class EditorInfo { }
