package org.apkvet.clip.kept_not_chosen;

final class Online implements Target {
    @Override
    public void take(String text) {
        Net.send(text);
    }
}
