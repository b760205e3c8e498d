package org.apkvet.clip.through_dispatch;

final class Offline implements Target {
    private String kept;

    @Override
    public void take(String text) {
        kept = text;
    }
}
