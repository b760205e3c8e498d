/* Reads the clipboard by a name that the linker keeps only as the end of a longer one; without READS it holds the longer one alone. */
#include <jni.h>

#define JOINED(name) Java_org_apkvet_samples_jnitail_Native_##name
#define FUNCTION(name) JOINED(name)

JNIEXPORT jobject JNICALL FUNCTION(NAME)(JNIEnv *env, jclass cls, jobject manager) {
    jclass managers = (*env)->FindClass(env, "android/content/ClipboardManager");
    jmethodID get = (*env)->GetMethodID(env, managers, "no_getPrimaryClip", "()Landroid/content/ClipData;");
#ifdef READS
    if (!get) get = (*env)->GetMethodID(env, managers, "getPrimaryClip", "()Landroid/content/ClipData;");
#endif
    return (*env)->CallObjectMethod(env, manager, get);
}
