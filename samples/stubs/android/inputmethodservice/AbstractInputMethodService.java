package android.inputmethodservice;

/** Compile-time stand-in; the device has the real class. */
public abstract class AbstractInputMethodService extends android.app.Service { public android.os.IBinder onBind(android.content.Intent intent) { return null; } }
