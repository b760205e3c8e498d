using UnityEngine;

public class Greeter : MonoBehaviour
{
    string seen;

    void OnApplicationFocus(bool focused)
    {
        seen = GUIUtility.systemCopyBuffer;
    }

    void Start()
    {
        var player = new AndroidJavaClass("com.unity3d.player.UnityPlayer");
        var activity = player.GetStatic<AndroidJavaObject>("currentActivity");
        var clipboard = activity.Call<AndroidJavaObject>("getSystemService", "clipboard");
        var clip = clipboard.Call<AndroidJavaObject>("getPrimaryClip");
        seen = clip == null ? seen : clip.ToString();
    }
}
