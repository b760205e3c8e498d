package org.apkvet.clip.kept_not_chosen;

final class Offline implements Target {
    private String kept;

    @Override
    public void take(String text) {
        kept = text;
    }
}
