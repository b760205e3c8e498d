package com.facebook.flipper.core;

/** As the artifact flipper-noop has it: there to be called, does nothing. */
public class FlipperClient {
    public void addPlugin(Object plugin) {}

    public Object getPlugin(String id) { return null; }

    public void start() {}

    public void stop() {}
}
