package org.apkvet.clip.through_dispatch;

final class Online implements Target {
    @Override
    public void take(String text) {
        Net.send(text);
    }
}
