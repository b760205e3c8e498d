using System;

namespace DotnetUnused
{
    public class MainPage
    {
        public void OnAppearing()
        {
            Console.WriteLine("getPrimaryClip");
        }
    }
}
