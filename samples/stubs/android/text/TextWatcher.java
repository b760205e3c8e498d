package android.text;

/** Compile-time stand-in; the device has the real class. */
public interface TextWatcher {
    void beforeTextChanged(CharSequence text, int start, int count, int after);
    void onTextChanged(CharSequence text, int start, int before, int count);
    void afterTextChanged(Editable text);
}
