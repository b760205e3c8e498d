package android.text;

/** Compile-time stand-in; the device has the real class. */
public interface Editable extends CharSequence {
}
