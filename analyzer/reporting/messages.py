"""The message catalog: every fixed text of a report, by key and language.

``reports/messages/LANG.toml`` holds one language. A folder given with ``--templates`` may hold ``messages/LANG.toml`` of its own:
it adds a language or replaces single texts. What a rule or a policy says is not here; it is written in that rule or policy.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from analyzer.errors import UsageError
from analyzer.kept import kept
from analyzer.resources import reports_dir

DEFAULT_LANGUAGE = "en"


class Messages:
    """The texts of one language. Called with a key and the values of its placeholders."""

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of *key*. Values are put in as they are: they are never read as patterns. Raises ``KeyError``."""
        text = self._texts[key]
        return text.format(**values) if values else text

    def count(self, key: str, count: int, /, **values: object) -> str:
        """The text of ``key.one`` or ``key.other``, with ``{count}`` written out for the language."""
        return self(f"{key}.{'one' if count == 1 else 'other'}", count=self.number(count), **values)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's separators; never by the machine's locale."""
        whole, _, part = f"{value:,.{decimals}f}".partition(".")
        whole = whole.replace(",", self("number.group"))
        return f"{whole}{self('number.decimal')}{part}" if part else whole

    def listing(self, items: list[str], most: int | None = None) -> str:
        """``a, b and c``; of more than *most* items the rest is counted."""
        if most is not None and len(items) > most:
            items = [*items[:most], self.count("list.more", len(items) - most)]
        if len(items) < 2:
            return "".join(items)
        return self("list.last", head=", ".join(items[:-1]), last=items[-1])


def languages(extra: Path | None = None) -> list[str]:
    """The languages there are, those of the folder *extra* included."""
    folders = [reports_dir(), *([extra] if extra else [])]
    return sorted({path.stem for folder in folders for path in (folder / "messages").glob("*.toml")})


def check_language(language: str, extra: Path | None = None) -> None:
    """Raises ``UsageError`` where there is no such language."""
    if language not in (known := languages(extra)):
        raise UsageError(f"no texts in the language {language!r}", mend=f"Languages: {', '.join(known)}.")


def load_messages(language: str = DEFAULT_LANGUAGE, extra: Path | None = None) -> Messages:
    """The catalog of *language*; a text that a language lacks is English. Raises ``UsageError``."""
    check_language(language, extra)
    folders = (reports_dir(), *((extra,) if extra else ()))
    paths = [folder / "messages" / f"{name}.toml" for folder in folders for name in dict.fromkeys((DEFAULT_LANGUAGE, language))]
    there = [path for path in paths if path.is_file()]

    def read() -> dict[str, str]:
        texts: dict[str, str] = {}
        for path in there:
            texts |= read_catalog(path)
        return texts

    sources = (part for path in there for part in (os.fsencode(path), path.read_bytes()))
    return Messages(language, kept("texts", dict[str, str], sources, ("reporting/messages.py",), read))


def read_catalog(path: Path) -> dict[str, str]:
    """The texts of one file by dotted key. Raises ``UsageError``."""
    import tomllib

    try:
        return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read as texts: {error}", where=str(path), mend="See reports/messages/en.toml.") from None


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            pairs.append((prefix + key, value))
        else:
            raise ValueError(f"{prefix}{key} is no text")
    return pairs
