package org.apkvet.clip.kept_other_object;

final class Note {
    private String kind;
    private String text;

    Note(String kind) {
        this.kind = kind;
    }

    void setText(String text) {
        this.text = text;
    }

    String getKind() {
        return kind;
    }

    String getText() {
        return text;
    }
}
