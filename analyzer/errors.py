"""Every error apkvet raises on purpose: one base, one child per stage, each with its exit code.

A message has three parts, so that the one line a person sees says what failed, where, and the mend.
"""

from __future__ import annotations

from collections.abc import Iterable


class ApkvetError(Exception):
    """Base of all expected failures; ``str()`` of it is the one line shown to a person.

    ``what`` says what is wrong, ``where`` the file or place it was found in, ``mend`` what to do about it.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line}. {mend}" if mend else line)


class UsageError(ApkvetError):
    """The command line asks for something that cannot be done; nothing was scanned."""

    exit_code = 2


class PackageError(ApkvetError):
    """A package cannot be read at all: missing, not a package, or damaged beyond its container."""

    exit_code = 3


class FormatError(ApkvetError):
    """One file inside a package is malformed; callers turn this into a gap and go on."""

    exit_code = 3


class RuleError(ApkvetError):
    """A rule, list, table or policy file is invalid; nothing was scanned."""

    exit_code = 4


class ResultError(ApkvetError):
    """A saved result or observation cannot be read back."""

    exit_code = 3


class CatalogError(ApkvetError):
    """A catalog's database cannot be used: in use by another run, of a newer apkvet, on a full disk, or none at all."""

    exit_code = 6


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The mend for an unknown name: the *known* one that is most like it, else what *otherwise* says."""
    import difflib  # costs more than a small table of rules, and only a mistake needs it

    near = difflib.get_close_matches(name, [*known], n=1)
    return f"Did you mean {near[0]!r}?" if near else otherwise
