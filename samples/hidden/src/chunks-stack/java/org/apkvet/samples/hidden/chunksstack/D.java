package org.apkvet.samples.hidden.chunksstack;

/** One long text for all; a number says where a text begins, how long it is and how it is mixed. */
final class D {
    private static final String[] CHUNKS = {"\100\004\037PC\011\073\135\071U\044q\070\133I\025\017r\005\061\011\015 _OKD.\042Hv\046\024\021\011\050f\042 Z\077U\006x\014\023\024\017\050YaS\047O\134\060E\023Hc\003\177K\100", "/.MgQ\011v\051\061\037\076\062\015\133\044U\043\060\021BL\027+\036\175l\067\007\135\021\041 \136B\042\014"};

    private D() { }

    static String d(long id) {
        long state = next(id & 0xffffffffL ^ new Throwable().getStackTrace()[1].getMethodName().hashCode());
        int at = (int) (id >>> 48);
        int length = (int) (id >>> 32 & 0xffff);
        char[] out = new char[length];
        for (int i = 0; i < length; i++) {
            state = next(state);
            out[i] = (char) (CHUNKS[(at + i) / 64].charAt((at + i) % 64) ^ (int) (state >>> 32 & 0x7f));
        }
        return new String(out);
    }

    private static long next(long state) {
        state ^= state << 13;
        state ^= state >>> 7;
        return state * 0x2545f4914f6cdd1dL + 1;
    }
}
