"""Finds the data folders ``rules/`` and ``reports/``, in a checkout and in an installed wheel.

In a wheel both lie inside the package. An editable install of hatchling also copies them there as a
snapshot that goes stale, so the checkout's own folders, beside the package, are looked at first.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: str) -> Path:
    """The folder ``rules`` or ``reports`` (*name*) that belongs to this copy of apkvet.

    Raises ``FileNotFoundError`` when the installation is incomplete.
    """
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    inside = _PACKAGE / name
    if inside.is_dir():
        return inside
    raise FileNotFoundError(f"apkvet is not installed completely: no folder {name!r} beside {_PACKAGE}")


def rules_dir() -> Path:
    """The built-in rules, lists, policies and knowledge tables."""
    return data_dir("rules")


def reports_dir() -> Path:
    """The built-in templates, styles and the JSON Schema of a result."""
    return data_dir("reports")


def cache_dir(name: str) -> Path | None:
    """The folder *name* in the user's cache, made if need be; None where there is none that is the user's alone.

    ``XDG_CACHE_HOME`` says where caches are, else ``~/.cache``.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
        folder = home / "apkvet" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        mine = status.st_uid == os.getuid() and not status.st_mode & 0o022 and os.access(folder, os.W_OK)
    except (OSError, RuntimeError, AttributeError):  # no home; no user ids on Windows
        return None
    return folder if mine else None
