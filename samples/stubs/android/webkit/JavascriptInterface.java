package android.webkit;

/** Compile-time stand-in; the device has the real class. */
import java.lang.annotation.*;
@Retention(RetentionPolicy.RUNTIME) @Target(ElementType.METHOD)
public @interface JavascriptInterface { }
