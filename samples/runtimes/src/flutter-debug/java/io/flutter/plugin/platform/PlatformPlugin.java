package io.flutter.plugin.platform;

import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import io.flutter.plugin.common.MethodCall;
import io.flutter.plugin.common.MethodChannel;

/** Stand-in for Flutter's class: what the engine does for the framework, the clipboard included. */
public class PlatformPlugin implements MethodChannel.MethodCallHandler {
    private final Context context;

    public PlatformPlugin(Context context) {
        this.context = context;
    }

    @Override
    public void onMethodCall(MethodCall call, MethodChannel.Result result) {
        if (call.method.equals("Clipboard.getData")) {
            result.success(getClipboardData());
        } else if (call.method.equals("Clipboard.setData")) {
            setClipboardData((String) call.arguments);
        } else if (call.method.equals("Clipboard.hasStrings")) {
            result.success(clipboardHasStrings());
        } else {
            result.notImplemented();
        }
    }

    private CharSequence getClipboardData() {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        ClipData clip = clipboard.getPrimaryClip();
        return clip == null ? null : clip.getItemAt(0).getText();
    }

    private boolean clipboardHasStrings() {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        return clipboard.hasPrimaryClip();
    }

    private void setClipboardData(String text) {
        ClipboardManager clipboard = (ClipboardManager) context.getSystemService("clipboard");
        clipboard.setPrimaryClip(ClipData.newPlainText("text label?", text));
    }
}
