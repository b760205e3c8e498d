package io.flutter.plugin.common;

/** Stand-in for Flutter's class: one call from Dart. */
public final class MethodCall {
    public final String method;
    public final Object arguments;

    public MethodCall(String method, Object arguments) {
        this.method = method;
        this.arguments = arguments;
    }
}
