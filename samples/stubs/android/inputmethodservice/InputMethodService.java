package android.inputmethodservice;

/** Compile-time stand-in; the device has the real class. */
public class InputMethodService extends AbstractInputMethodService { public void onFinishInput() { } }
