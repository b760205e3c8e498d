"""How reports are written: the words of a language, and a folder whose templates and texts come before the built-in ones."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from analyzer.errors import UsageError
from analyzer.reporting.messages import DEFAULT_LANGUAGE, load_messages
from analyzer.reporting.words import Words


class Look(Struct, frozen=True):
    """What every presenter is given beside the document. ``one_line`` makes JSON one line, for many results on one stream."""

    words: Words
    templates: Path | None = None
    one_line: bool = False


def load_look(language: str = DEFAULT_LANGUAGE, templates: Path | None = None, *, one_line: bool = False) -> Look:
    """The look for a language and a user's folder. Raises ``UsageError`` when there is no such language or folder."""
    if templates is not None and not templates.is_dir():
        mend = "Give a folder that holds html/, markdown/ or messages/."
        raise UsageError("is not a folder of templates", where=str(templates), mend=mend)
    return Look(Words(load_messages(language, templates)), templates, one_line)
