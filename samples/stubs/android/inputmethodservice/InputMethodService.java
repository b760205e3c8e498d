package android.inputmethodservice;

/** Compile-time stand-in; the device has the real class. */
public class InputMethodService extends AbstractInputMethodService { public void onFinishInput() { }
    public void onStartInput(android.view.inputmethod.EditorInfo info, boolean restarting) { }
    public android.view.inputmethod.InputConnection getCurrentInputConnection() { return null; }
}
