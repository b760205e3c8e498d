"""Write the hostile packages: one small app, and of it one package for each trick.

usage: python samples/hostile/make.py [--check]

Every package is the sample ``exported-proxy`` without its signature, changed in one way; ``untouched`` is it unchanged. What
Android does with each and what apkvet must say is in ``catalog.yaml``. Writing them needs nothing but Python; the same packages
come out every time. With ``--check`` nothing is written and the packages are compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

import dex_tricks  # noqa: E402
import xml_tricks  # noqa: E402
import zip_tricks  # noqa: E402
from zip_writer import Item, entries, write  # noqa: E402

_MANIFEST, _TABLE, _DEX = b"AndroidManifest.xml", b"resources.arsc", b"classes.dex"


def packages() -> Iterator[tuple[str, bytes]]:
    """All packages with their names."""
    items = entries(ROOT / "samples/apk/exported-proxy.apk")
    found = {item.name: item.data for item in items}
    decoy = next(item.data for item in entries(ROOT / "samples/apk/paste-button.apk") if item.name == _MANIFEST)

    def replaced(name: bytes, data: bytes) -> bytes:
        return write([Item(item.name, data, item.method) if item.name == name else item for item in items])

    yield "untouched", write(items)
    for name, make in zip_tricks.tricks(items, decoy).items():
        yield name, make()
    for name, make in xml_tricks.manifests(found[_MANIFEST], decoy).items():
        yield name, replaced(_MANIFEST, make())
    for name, make in xml_tricks.tables(found[_TABLE]).items():
        yield name, replaced(_TABLE, make())
    for name, make in dex_tricks.tricks(found[_DEX]).items():
        yield name, replaced(_DEX, make())


def main(argv: list[str]) -> int:
    """Write or compare; exit status 1 when a package differs."""
    folder = HERE / "apk"
    folder.mkdir(exist_ok=True)
    made = dict(packages())
    if "--check" in argv:
        there = {path.stem: path.read_bytes() for path in folder.glob("*.apk")}
        differing = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        print(*differing or [f"{len(made)} packages are the same"], sep="\n")
        return int(bool(differing))
    for path in folder.glob("*.apk"):
        path.unlink()
    for name, data in made.items():
        (folder / f"{name}.apk").write_bytes(data)
    print(f"{len(made)} packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
