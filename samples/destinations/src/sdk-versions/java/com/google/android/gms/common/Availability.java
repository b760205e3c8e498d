package com.google.android.gms.common;

/** A stand-in with the library's name; does something, so that it counts as there. */
public class Availability {
    public static int check(String text) {
        int sum = 0;
        for (int i = 0; i < text.length(); i++) {
            sum = sum * 31 + text.charAt(i);
        }
        return sum;
    }
}
