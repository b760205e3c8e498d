/* Reads the clipboard: the manager's class, its method and the overload are named. */
#include <jni.h>

JNIEXPORT jstring JNICALL Java_org_apkvet_samples_jniclip_Native_read_1text(JNIEnv *env, jclass cls, jobject context) {
    char label[64];
    jclass contexts = (*env)->FindClass(env, "android/content/Context");
    jmethodID service = (*env)->GetMethodID(env, contexts, "getSystemService", "(Ljava/lang/String;)Ljava/lang/Object;");
    jobject manager = (*env)->CallObjectMethod(env, context, service, (*env)->NewStringUTF(env, "clipboard"));
    jclass managers = (*env)->FindClass(env, "android/content/ClipboardManager");
    jmethodID get = (*env)->GetMethodID(env, managers, "getPrimaryClip", "()Landroid/content/ClipData;");
    jobject clip = (*env)->CallObjectMethod(env, manager, get);
    jmethodID text = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, clip), "toString", "()Ljava/lang/String;");
    (*env)->GetStringUTFRegion(env, (jstring)(*env)->CallObjectMethod(env, clip, text), 0, 60, label);
    return (*env)->NewStringUTF(env, label);
}
