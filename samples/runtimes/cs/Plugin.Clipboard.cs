// A library of own making that nothing refers to.
using Android.Content;

namespace Plugin.Clipboard
{
    public static class CrossClipboard
    {
        public static ClipData Current(ClipboardManager manager)
        {
            return manager.PrimaryClip;
        }
    }
}
