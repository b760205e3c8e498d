package org.apkvet.clip.through_static;

final class Desk {
    static String left;
}
