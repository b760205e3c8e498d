package org.json;

/** Compile-time stand-in; the device has the real class. */
public class JSONException extends Exception { }
