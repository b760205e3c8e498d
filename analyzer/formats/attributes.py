"""Build ``attributes.msgpack.z``: the platform's attributes by resource id.

usage: python -m analyzer.formats.attributes [PUBLIC_XML]

PUBLIC_XML is AOSP's core/res/res/values/public-final.xml; without it the copy that androguard carries is read.
"""

from __future__ import annotations

import importlib.util
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

import msgspec

from analyzer.formats.axml import ATTRIBUTES


def main(argv: list[str]) -> int:
    """Write the table; prints its size to stderr."""
    path = Path(argv[0]) if argv else _of_androguard()
    rows = {
        int(element.attrib["id"], 16): element.attrib["name"]
        for element in ElementTree.parse(path).iter("public")
        if element.get("type") == "attr"
    }
    data = zlib.compress(msgspec.msgpack.encode(dict(sorted(rows.items()))), 9)
    ATTRIBUTES.write_bytes(data)
    sys.stderr.write(f"{len(rows)} attributes, {len(data)} bytes\n")
    return 0


def _of_androguard() -> Path:
    spec = importlib.util.find_spec("androguard")
    if spec is None or spec.origin is None:
        raise SystemExit("androguard is not installed; name the file.")
    return Path(spec.origin).parent / "core" / "resources" / "public.xml"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
