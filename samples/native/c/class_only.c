/* Names the clipboard manager's class and nothing of it: it can tell an object's class, and read nothing. */
#include <jni.h>

JNIEXPORT jboolean JNICALL Java_org_apkvet_samples_jnitwin_Native_isManager(JNIEnv *env, jclass cls, jobject object) {
    return (*env)->IsInstanceOf(env, object, (*env)->FindClass(env, "android/content/ClipboardManager"));
}
