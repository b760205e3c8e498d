package org.apkvet.samples.hidden.table;

/** Bytes in tables that the class fills as it is loaded, each text kept once it was made. */
final class D {
    private static final byte[][] TABLE = {
        {18, 27, 63, 81, 101, 30, 22, 36, 69},
        {15, 6, 45, 76, 119, 7, 12, 103, 93, 119, 0, 28, 44, 80, 108, 64, 43, 37, 87, 104, 12, 7, 40, 76, 124, 35, 9, 39, 95, 127, 11, 26},
        {40, 44, 28, 79, 75, 38, 36, 9, 109, 64, 12, 37, 1, 111},
        {77, 68, 111, 14, 53, 69, 78, 84, 21, 62},
        {101, 127, 94, 45, 8, 55, 36, 5, 62, 20, 97, 103, 79, 62, 15, 35, 99, 67, 57, 31, 104, 101, 4, 56, 3, 108, 102, 90, 49, 30, 34, 104, 70, 52, 11}
    };
    private static final int[] KEY = {113, -9, 86, 500001, 7};
    private static final String[] KNOWN = new String[TABLE.length];

    private D() { }

    static String d(int which) {
        if (KNOWN[which] == null) {
            byte[] raw = TABLE[which];
            char[] out = new char[raw.length];
            for (int i = 0; i < raw.length; i++) {
                out[i] = (char) ((raw[i] ^ KEY[i % KEY.length] ^ which * 31) & 0x7f);
            }
            KNOWN[which] = String.valueOf(out);
        }
        return KNOWN[which];
    }
}
