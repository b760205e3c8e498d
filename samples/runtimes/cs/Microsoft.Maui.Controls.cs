// Stand-in for MAUI's controls.
using System;

namespace Microsoft.Maui.Controls
{
    public class Page
    {
        protected virtual void OnAppearing() { }
    }

    public class ContentPage : Page { }

    public class Button
    {
        public event EventHandler Clicked;

        public void SendClicked()
        {
            if (Clicked != null)
            {
                Clicked(this, EventArgs.Empty);
            }
        }
    }
}
