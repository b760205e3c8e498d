"""What a manifest says of its APK's place in a set: base or split, of which app, what it needs.

Names of attributes: https://developer.android.com/reference/android/R.attr and, for those without a namespace (``split``,
``configForSplit``), AOSP ApkLiteParseUtils.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from analyzer.container.archive import MANIFEST, Archive
from analyzer.facts import Gap, Place
from analyzer.formats.axml import XmlElement, parse_axml

_SPLITS_REQUIRED = "com.android.vending.splits.required"
_LONGEST = 200  # names are told: one that is longer is no name
_HIDES = "Code, native libraries and resources of that part."


class Head(Struct, frozen=True):
    """The identity of one APK. ``split`` is its name in the set, None of a base.

    ``provides`` and ``requires`` are split types (``base__abi``); ``needs`` the splits that it is for or uses; ``incomplete``: it
    says that it does not work without splits.
    """

    package: str
    version_code: int | None
    split: str | None
    min_sdk: int
    needs: tuple[str, ...] = ()
    provides: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    incomplete: bool = False
    permissions: tuple[str, ...] = ()


def read_head(archive: Archive) -> Head:
    """What the manifest of the APK *archive* says. Raises ``FormatError``."""
    return head_of(parse_axml(archive.read(MANIFEST)))


def head_of(root: XmlElement) -> Head:
    """What the manifest with the root element *root* says."""
    sdk = root.find("uses-sdk")
    needs = [root.get("configForSplit"), *(child.get("name") for child in root.findall("uses-split"))]
    application = root.find("application")
    settings = [] if application is None else list(application.findall("meta-data"))
    stated = any(data.get("name") == _SPLITS_REQUIRED and data.get("value") in ("true", "-1", "1") for data in settings)
    flagged = "true" in (root.get("isSplitRequired"), application.get("isSplitRequired") if application is not None else None)
    return Head(
        root.get("package") or "",
        _number(root.get("versionCode")),
        (root.get("split") or "")[:_LONGEST] or None,
        _number(sdk.get("minSdkVersion") if sdk is not None else None) or 1,
        tuple(name[:_LONGEST] for name in needs if name),
        _types(root.get("splitTypes")),
        _types(root.get("requiredSplitTypes")),
        stated or flagged,
        tuple(name[:_LONGEST] for child in root.findall("uses-permission") if (name := child.get("name"))),
    )


def missing_parts(base: Head, splits: Sequence[Head]) -> Iterator[Gap]:
    """A gap for each part that the base or a split asks for and that is not there."""
    lacking = sorted(base.requires - frozenset[str]().union(*(split.provides for split in splits)))
    would = "All APKs of the app, as a folder or as an .apks, .xapk or .apkm file."
    if lacking:
        why = f"The base asks for splits of the types {', '.join(lacking)}, which are not there."
        yield Gap("split", why, count=len(lacking), could_hide=_HIDES, would_lift=would)
    elif base.incomplete and not splits and base.split is None:
        yield Gap("split", "The base says that it does not work without splits; there are none.", None, None, _HIDES, would)
    there = {split.split for split in splits} | {"", "base", None}
    for split in splits:
        for name in split.needs:
            if name not in there:
                why = f"The split {split.split} is for or uses the split {name}, which is not there."
                yield Gap("split", why, could_hide=_HIDES, would_lift=would, at=Place(split_file(split.split or "")))
    if base.split is not None:
        why = f"This is the split {base.split} of an app, without its base."
        would = "The folder with the base and all splits, scanned as one app."
        yield Gap("split", why, could_hide="The app itself: components, permissions and most of the code.", would_lift=would)


def split_file(name: str) -> str:
    """The file name under which Android installs the split *name*: what stands in places before ``!``."""
    return f"split_{name}.apk"


def packages_of(heads: Iterable[Head]) -> list[str]:
    """The package names of *heads*, each once, as far as a name goes."""
    return sorted({head.package[:_LONGEST] for head in heads})


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text, 0)
    except ValueError:
        return None


def _types(text: str | None) -> frozenset[str]:
    return frozenset(name[:_LONGEST] for name in (text or "").replace(" ", "").split(",") if name)
