package io.flutter.plugin.common;

import java.util.HashMap;
import java.util.Map;

/** Stand-in for Flutter's class: a named channel between Dart and Java. */
public class MethodChannel {
    private static final Map<String, MethodCallHandler> HANDLERS = new HashMap<>();
    private final String name;

    public MethodChannel(String name) {
        this.name = name;
    }

    public void setMethodCallHandler(MethodCallHandler handler) {
        HANDLERS.put(name, handler);
    }

    /** What Dart's calls arrive at. */
    public interface MethodCallHandler {
        void onMethodCall(MethodCall call, Result result);
    }

    /** Where the answer goes. */
    public interface Result {
        void success(Object result);

        void notImplemented();
    }
}
