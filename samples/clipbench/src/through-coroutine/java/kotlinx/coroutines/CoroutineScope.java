package kotlinx.coroutines;

/** Stand-in for the library's interface. */
public interface CoroutineScope {
}
