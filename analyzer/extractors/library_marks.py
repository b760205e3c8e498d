"""What parts of a package other than its classes' names show of a library: a row of ``library_marks.tsv``."""

from __future__ import annotations

from msgspec import Struct


class Mark(Struct, frozen=True):
    """``where``: ``file`` (a path, ``*`` stands for anything), ``module`` (a Kotlin module's name), ``metadata`` (the name of an
    application's setting, or its beginning), ``version-text`` (what stands before a version in a text), ``version-field``
    (a static field that holds it).
    """

    where: str
    form: str
    library: str
