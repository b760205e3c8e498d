package org.apkvet.samples.hidden.foggivenkey;

/** Bytes and a key at each call, an object behind an interface that takes them apart. */
final class D {
    interface Fog {
        String decrypt(byte[] data, byte[] key);
    }

    static final class Xor implements Fog {
        private final int nothing = android.os.Process.myUid();

        @Override
        public String decrypt(byte[] data, byte[] key) {
            for (int i = 0, k = 0; i < data.length; i++, k++) {
                if (k >= key.length) {
                    k = 0;
                }
                data[i] = (byte) (data[i] ^ key[k] ^ nothing);
            }
            return new String(data, java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static final Xor FOG = new Xor();

    private D() { }

    static String d(byte[] data, byte[] key) {
        return FOG.decrypt(data, key);
    }
}
