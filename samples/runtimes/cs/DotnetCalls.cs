using System;
using System.Threading.Tasks;
using Android.Provider;
using Android.Telephony;
using Microsoft.Maui.ApplicationModel.DataTransfer;
using Microsoft.Maui.Controls;

namespace DotnetCalls
{
    public class BasePage : ContentPage { }

    public class MainPage : BasePage
    {
        public MainPage()
        {
            new Button().Clicked += OnClicked;
        }

        protected override async void OnAppearing()
        {
            await Greet();
        }

        async Task Greet()
        {
            var text = await Clipboard.Default.GetTextAsync();
            Console.WriteLine(text);
        }

        void OnClicked(object sender, EventArgs arguments)
        {
            Console.WriteLine(new TelephonyManager().SubscriberId);
        }
    }

    public class PeoplePage : ContentPage
    {
        protected override void OnAppearing()
        {
            Console.WriteLine(ContactsContract.Contacts.ContentUri);
            Console.WriteLine(Settings.Secure.GetString(null, Settings.Secure.AndroidId));
            Console.WriteLine(Settings.Secure.GetString(null, "skip_first_use_hints"));
        }
    }
}
