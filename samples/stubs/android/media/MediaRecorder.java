package android.media;

/** Compile-time stand-in; the device has the real class. */
public class MediaRecorder {
    public final class AudioSource { public static final int MIC = 1; }
    public void setAudioSource(int source) { }
    public void start() { }
}
