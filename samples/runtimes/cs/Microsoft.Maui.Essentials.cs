// Stand-in for MAUI's Essentials: it carries the clipboard in every app.
using System.Threading.Tasks;
using Android.Content;

namespace Microsoft.Maui.ApplicationModel.DataTransfer
{
    public interface IClipboard
    {
        Task<string> GetTextAsync();
    }

    public static class Clipboard
    {
        static readonly IClipboard implementation = new ClipboardImplementation();

        public static IClipboard Default { get { return implementation; } }
    }

    class ClipboardImplementation : IClipboard
    {
        readonly ClipboardManager manager = new ClipboardManager();

        public Task<string> GetTextAsync()
        {
            return Task.FromResult(manager.PrimaryClip.ToString());
        }
    }
}
