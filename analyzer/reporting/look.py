"""How reports are written: the words of a language, and a folder whose templates and texts come before the built-in ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.errors import UsageError
from analyzer.reporting.messages import DEFAULT_LANGUAGE, check_language, load_messages

if TYPE_CHECKING:
    from analyzer.reporting.words import Words


class Look(Struct, frozen=True):
    """What every presenter is given beside the document. ``one_line`` makes JSON one line, for many results on one stream."""

    language: str = DEFAULT_LANGUAGE
    templates: Path | None = None
    one_line: bool = False

    @property
    def words(self) -> Words:
        """The language's words, read when a presenter first asks for them: JSON has none. Raises ``UsageError``."""
        return _words(self.language, self.templates)


@cache
def _words(language: str, templates: Path | None) -> Words:
    from analyzer.reporting.words import Words

    return Words(load_messages(language, templates))


def load_look(language: str = DEFAULT_LANGUAGE, templates: Path | None = None, *, one_line: bool = False) -> Look:
    """The look for a language and a user's folder. Raises ``UsageError`` when there is no such language or folder.

    A mistake in the folder's own texts is told here, before anything is scanned.
    """
    if templates is not None and not templates.is_dir():
        mend = "Give a folder that holds html/, markdown/ or messages/."
        raise UsageError("is not a folder of templates", where=str(templates), mend=mend)
    check_language(language, templates)
    if templates is not None:
        load_messages(language, templates)
    return Look(language, templates, one_line)
