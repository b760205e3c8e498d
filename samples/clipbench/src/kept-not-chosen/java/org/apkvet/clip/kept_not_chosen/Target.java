package org.apkvet.clip.kept_not_chosen;

interface Target {
    void take(String text);
}
