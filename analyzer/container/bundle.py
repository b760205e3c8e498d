"""An Android App Bundle: modules in folders of one ZIP file, from which a store makes APKs.

https://developer.android.com/guide/app-bundle/app-bundle-format. Its manifests and resources are protocol buffers; what lies
outside of the modules (metadata for the store, the uploader's signature) is on no device.
"""

from __future__ import annotations

from analyzer.container.archive import MANIFEST, Archive
from analyzer.container.package import Located, Part

_CONFIG = "BundleConfig.pb"
_BASE = "base"
# Where a module's folders lie in the APKs that are made of it.
_FOLDERS = {"manifest/": "", "dex/": "", "root/": ""}


def is_bundle(archive: Archive) -> bool:
    """Whether *archive* is a bundle."""
    return _CONFIG in archive.entries or f"{_BASE}/manifest/{MANIFEST}" in archive.entries


def read_bundle(archive: Archive) -> tuple[list[Part], dict[str, Located]]:
    """The modules, the base first, and all their entries by their names in the bundle."""
    ends = f"/manifest/{MANIFEST}"
    modules = sorted(name.removesuffix(ends) for name in archive.entries if name.endswith(ends) and name.count("/") == 2)
    modules.sort(key=lambda module: module != _BASE)
    parts = [Part("" if module == _BASE else module, archive, module + ends, f"{module}/resources.pb") for module in modules]
    number = {module: at for at, module in enumerate(modules)}
    entries = {}
    for name, entry in archive.entries.items():
        module, _, path = name.partition("/")
        if module in number:
            entries[name] = Located(archive, entry, _in_apk(path), number[module])
    return parts, entries


def _in_apk(path: str) -> str:
    for folder, instead in _FOLDERS.items():
        if path.startswith(folder):
            return instead + path.removeprefix(folder)
    return path
