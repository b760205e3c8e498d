/* Tells where notes come from and reads the device's serial number, for a method that is joined by its exported name. */
#include <jni.h>

int __system_property_get(const char *name, char *value);

JNIEXPORT jstring JNICALL Java_org_apkvet_samples_notes_Native_source(JNIEnv *env, jclass cls) {
    char serial[92];
    if (__system_property_get("ro.serialno", serial)) return (*env)->NewStringUTF(env, serial);
    return (*env)->NewStringUTF(env, "https://native.notes.example/v1");
}
