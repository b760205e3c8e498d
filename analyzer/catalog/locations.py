"""Where packages are: files, folders, globs, lists, and stores that fsspec knows (``s3://``, ``gs://``, ``https://`` ...).

fsspec is imported only for a location with a scheme. Plain paths need nothing but the standard library.
"""

from __future__ import annotations

import glob
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from analyzer.catalog.work import Item
from analyzer.errors import PackageError, UsageError

SUFFIXES = (".apk", ".apks", ".xapk", ".apkm", ".aab")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[a-z][a-z0-9+]*::")
_MAGIC = re.compile(r"[*?\[]")


def is_remote(location: str) -> bool:
    """Whether *location* is for fsspec rather than a plain path."""
    return _SCHEME.match(location) is not None


def find_items(sources: Iterable[str], group: str | None = None) -> Iterator[Item]:
    """The packages that *sources* name, one by one and in a stable order.

    A folder stands for the packages in it and below; a glob for what it matches; anything else for itself, whether it is there
    or not. Raises ``UsageError`` when a store cannot be asked.
    """
    for source in sources:
        yield from _remote(source, group) if is_remote(source) else _local(source, group)


class Count:
    """How many packages sources name, counted beside the run, which begins at once: ``total`` is None until that is known.

    A list on standard input cannot be read twice, and is not counted. Packages that come and go in between make the count
    inexact.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self.total: int | None = None
        self._sources = tuple(sources)
        self._stopped = False
        if "-" not in self._sources:
            threading.Thread(target=self._count, name="count", daemon=True).start()

    def stop(self) -> None:
        """Count no further."""
        self._stopped = True

    def _count(self) -> None:
        count = 0
        try:
            for _ in find_items(self._sources):
                count += 1
                if self._stopped:
                    return
        except UsageError:
            return  # the run says so
        self.total = count


def _local(source: str, group: str | None) -> Iterator[Item]:
    if Path(source).is_dir():
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                if name.lower().endswith(SUFFIXES):
                    yield _file(os.path.join(folder, name), group)  # noqa: PTH118  # a hundred thousand paths
    elif not Path(source).exists() and _MAGIC.search(source):
        for path in sorted(glob.iglob(source, recursive=True)):  # noqa: PTH207  # patterns may be absolute
            yield from _local(path, group) if Path(path).is_dir() else (_file(path, group),)
    else:
        yield _file(source, group)


def _file(path: str, group: str | None) -> Item:
    """A file, by its absolute path, so that the same file is the same location from every folder."""
    path = os.path.abspath(path)  # noqa: PTH100  # keeps symbolic links, which resolve() would not
    try:
        status = Path(path).stat()
    except OSError:
        return Item(_text(path), None, group)
    return Item(_text(path), f"{status.st_size} {status.st_mtime_ns}", group)


def _text(path: str) -> str:
    """*path* as text that any database holds; bytes that are no text are escaped, see ``local_path``."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "bytes:" + os.fsencode(path).hex()
    return path


def local_path(location: str) -> Path:
    """The path behind a location of ``find_items``."""
    return Path(os.fsdecode(bytes.fromhex(location[6:])) if location.startswith("bytes:") else location)


def _remote(source: str, group: str | None) -> Iterator[Item]:
    filesystem, path = _store(source)
    try:
        if _MAGIC.search(path):
            found = filesystem.glob(path, detail=True)
        elif filesystem.isdir(path):
            found = filesystem.find(path, detail=True)
        else:
            yield Item(source, _tag(filesystem, path), group)
            return
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be listed: {error}", where=source) from None
    for name in sorted(found):
        if found[name].get("type") != "directory" and name.lower().endswith(SUFFIXES):
            yield Item(filesystem.unstrip_protocol(name), _tag_of(found[name]), group)


def _store(location: str) -> tuple[Any, str]:
    """fsspec's file system for a location, and the path in it."""
    try:
        import fsspec
    except ImportError:
        raise UsageError(
            "a location with a scheme needs fsspec", where=location, mend="pip install 'apkvet[remote]', or name local files."
        ) from None
    try:
        filesystem, path = fsspec.core.url_to_fs(location)
    except (ImportError, ValueError) as error:
        raise UsageError(str(error).rstrip("."), where=location, mend="Install the package that knows this scheme.") from None
    return filesystem, path


def _tag(filesystem: Any, path: str) -> str | None:
    try:
        return _tag_of(filesystem.info(path))
    except (OSError, ValueError):
        return None


def _tag_of(info: dict[str, Any]) -> str | None:
    """What changes when the object does: the store's tag, else its size with its time; None when neither is told."""
    tag = info.get("ETag") or info.get("etag") or info.get("md5Hash")
    time = info.get("LastModified") or info.get("mtime") or info.get("created")
    if tag:
        return f"tag {tag}"
    return f"{info['size']} {time}" if time and info.get("size") is not None else None


@contextmanager
def fetched(location: str) -> Iterator[Path]:
    """The package as a file: where it is, or copied into a folder that is removed again. Raises ``PackageError``."""
    if not is_remote(location):
        path = local_path(location)
        if not path.is_file():
            missing = "is a folder, not a package" if path.is_dir() else "no such file"
            raise PackageError(missing, mend="Check the path.")
        yield path
        return
    filesystem, name = _store(location)
    with tempfile.TemporaryDirectory(prefix="apkvet-") as folder:
        path = Path(folder) / (PurePosixPath(name).name or "package")
        try:
            filesystem.get_file(name, str(path))
        except (OSError, ValueError) as error:
            raise PackageError(f"cannot be fetched: {str(error)[:200] or type(error).__name__}") from None
        yield path
