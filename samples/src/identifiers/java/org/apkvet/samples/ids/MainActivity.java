package org.apkvet.samples.ids;

import android.app.Activity;
import android.os.Build;
import android.os.Bundle;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import java.net.NetworkInterface;
import java.net.SocketException;

/** Asks for every identifier of the device. */
public class MainActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        TelephonyManager phone = (TelephonyManager) getSystemService("phone");
        String all = phone.getDeviceId() + phone.getImei() + Build.getSerial() + Build.SERIAL;
        all += Settings.Secure.getString(getContentResolver(), "android_id");
        all += Settings.Secure.getString(getContentResolver(), "sms_default_application".substring(4));
        try {
            all += NetworkInterface.getByName("wlan0").getHardwareAddress().length;
        } catch (SocketException ignored) {
            // No network.
        }
        System.out.println(all);
    }
}
