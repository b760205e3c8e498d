package android.app;

/** Compile-time stand-in; the device has the real class. */
public class Activity extends android.view.ContextThemeWrapper {
    protected void onCreate(android.os.Bundle state) { }
    protected void onResume() { }
    protected void onPause() { }
    protected void onDestroy() { }
    public Object getSystemService(String name) { return null; }
    public void startActivity(android.content.Intent intent) { }
    public android.view.View findViewById(int id) { return null; }
    public void setContentView(android.view.View view) { }
}
