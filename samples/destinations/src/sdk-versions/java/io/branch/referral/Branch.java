package io.branch.referral;

/** A stand-in with the library's name; does something, so that it counts as there. */
public class Branch {
    private int opened;

    public void initSession(String path) {
        for (int i = 0; i < path.length(); i++) {
            opened = opened * 31 + path.charAt(i);
        }
        android.util.Log.d(BuildConfig.VERSION_NAME, "session " + opened);
    }
}
