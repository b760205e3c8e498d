package android.text;

/** Compile-time stand-in; the device has the real class. */
public interface InputType {
    int TYPE_TEXT_VARIATION_PASSWORD = 128;
}
