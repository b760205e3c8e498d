"""The resource table, read by androguard, as far as a manifest needs it: a string or a file for a resource id."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from analyzer.errors import FormatError

_MAX_BYTES = 128 << 20


class Resources:
    """Resolves references such as ``@7F0B0001``. Parsed only when the first one is asked for: it is costly.

    ``problem`` says, after a look-up, why the table could not be read.
    """

    def __init__(self, data: bytes | None) -> None:
        self._data = data
        self.problem: str | None = None

    def resolve(self, value: str | None) -> str | None:
        """*value* itself, or what it refers to in the default configuration; None when that is unknown."""
        if value is None or not value.startswith("@"):
            return value
        try:
            resource = int(value.rpartition(":")[2].lstrip("@"), 16)
        except ValueError:
            return None
        if self._table is None or resource >> 24 == 0x01:
            return None
        try:
            options = self._table.get_resolved_res_configs(resource)
        except Exception as error:  # androguard raises whatever its parsing runs into
            self.problem = f"{type(error).__name__}: {str(error)[:120]}"
            return None
        default = [text for config, text in options if config.is_default()]
        chosen = (default or [text for _, text in options] or [None])[0]
        return None if chosen is None or str(chosen).startswith("@") else str(chosen)

    @cached_property
    def _table(self) -> Any:  # androguard's ARSCParser, which has no types
        if self._data is None:
            return None
        try:
            if len(self._data) > _MAX_BYTES:
                raise FormatError(f"{len(self._data)} bytes are more than the limit")
            from androguard.core.axml import ARSCParser
            from loguru import logger

            logger.disable("androguard")
            return ARSCParser(self._data)
        except Exception as error:  # as above
            self.problem = f"{type(error).__name__}: {str(error)[:120]}"
            return None
