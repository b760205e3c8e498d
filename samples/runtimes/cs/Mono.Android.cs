// Stand-in for the bindings of .NET for Android.
namespace Android.Content
{
    public class ClipData { }

    public class ClipboardManager
    {
        public ClipData PrimaryClip { get; set; }
    }
}

namespace Android.Telephony
{
    public class TelephonyManager
    {
        public string SubscriberId { get { return null; } }
    }
}
