package com.facebook.react.bridge;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Stand-in for the library's annotation. */
@Retention(RetentionPolicy.RUNTIME)
public @interface ReactMethod {
}
