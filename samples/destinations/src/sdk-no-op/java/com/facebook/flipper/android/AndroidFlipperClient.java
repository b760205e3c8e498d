package com.facebook.flipper.android;

import com.facebook.flipper.core.FlipperClient;

/** As the artifact flipper-noop has it. */
public final class AndroidFlipperClient {
    public static FlipperClient getInstance(Object context) { return new FlipperClient(); }
}
