/* A static table for RegisterNatives; the class of an object is asked of it, so that the manager's class is not named. */
#include <jni.h>

extern long ptrace(int, ...);

static jobject read(JNIEnv *env, jobject self, jobject manager) {
    jmethodID get = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, manager), "getPrimaryClip", "()Landroid/content/ClipData;");
    return (*env)->CallObjectMethod(env, manager, get);
}

static jint add(JNIEnv *env, jobject self, jint a, jint b) {
#ifdef WATCHES_DEBUGGERS
    return ptrace(0) < 0 ? 0 : a + b;
#else
    return a + b;
#endif
}

static const JNINativeMethod METHODS[] = {
    {"read", "(Ljava/lang/Object;)Ljava/lang/Object;", (void *)read},
    {"add", "(II)I", (void *)add},
};

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
    JNIEnv *env;
    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
    jclass cls = (*env)->FindClass(env, "org/apkvet/samples/jnitable/Worker");
    return (*env)->RegisterNatives(env, cls, METHODS, 2) ? JNI_ERR : JNI_VERSION_1_6;
}
