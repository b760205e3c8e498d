package android.app;

/** Compile-time stand-in; the device has the real class. */
public class Activity extends android.view.ContextThemeWrapper {
    protected void onCreate(android.os.Bundle state) { }
    protected void onStart() { }
    protected void onResume() { }
    protected void onPause() { }
    protected void onStop() { }
    protected void onDestroy() { }
    protected void onActivityResult(int request, int result, android.content.Intent data) { }
    public void onWindowFocusChanged(boolean focused) { }
    public boolean dispatchKeyEvent(android.view.KeyEvent event) { return false; }
    public boolean onOptionsItemSelected(android.view.MenuItem item) { return false; }
    public Object getSystemService(String name) { return null; }
    public void startActivity(android.content.Intent intent) { }
    public android.content.Intent getIntent() { return null; }
    public final void setResult(int code, android.content.Intent data) { }
    public void finish() { }
    public final void runOnUiThread(Runnable action) { }
    public Application getApplication() { return null; }
    public FragmentManager getFragmentManager() { return null; }
    public android.view.View findViewById(int id) { return null; }
    public void setContentView(android.view.View view) { }
    public void setContentView(int layout) { }
    public void setTitle(CharSequence title) { }
    public void startActivityForResult(android.content.Intent intent, int request) { }
    public final void setResult(int code) { }
}
