package com.adjust.sdk;

/** Compile-time stand-in that is not packed: the package only mentions the class. */
public class Adjust {
    public static void onResume() {}
}
