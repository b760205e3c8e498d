// Stand-in for the bindings of .NET for Android.
namespace Android.Content
{
    public class ClipData { }

    public class ContentResolver { }

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

namespace Android.Net
{
    public class Uri { }
}

namespace Android.Provider
{
    public static class ContactsContract
    {
        public static class Contacts
        {
            public static Android.Net.Uri ContentUri { get { return null; } }
        }
    }

    public static class Settings
    {
        public static class Secure
        {
            public const string AndroidId = "android_id";

            public static string GetString(Android.Content.ContentResolver resolver, string name) { return null; }
        }
    }
}
