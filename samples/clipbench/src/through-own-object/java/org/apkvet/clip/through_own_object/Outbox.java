package org.apkvet.clip.through_own_object;

import java.util.*;

final class Outbox {
    private final List<Note> notes = new ArrayList<>();

    void put(Note note) {
        notes.add(note);
    }

    Note first() {
        return notes.get(0);
    }
}
