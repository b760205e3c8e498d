package org.apkvet.clip.through_dispatch;

interface Target {
    void take(String text);
}
