// Stand-in for Xamarin.Essentials: it carries the clipboard in every app.
using System.Threading.Tasks;
using Android.Content;

namespace Xamarin.Essentials
{
    public static class Clipboard
    {
        static readonly ClipboardManager manager = new ClipboardManager();

        public static Task<string> GetTextAsync()
        {
            return Task.FromResult(manager.PrimaryClip.ToString());
        }
    }
}
