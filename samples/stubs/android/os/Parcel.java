package android.os;

/** Compile-time stand-in; the device has the real class. */
public final class Parcel {
    public void writeString(String value) { }
    public String readString() { return null; }
}
