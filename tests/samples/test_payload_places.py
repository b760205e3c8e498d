"""Code of other runtimes is found and joined wherever the package keeps it: in an APK, in a split, in a module of a bundle."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from analyzer.facts import ApiCall, ClipboardAccess, Observation, Payload
from analyzer.scan import Depth, observe

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NOTES = SAMPLES / "bundles/apk"
DEPTH = Depth(reach=False)
KEPT = ("assets/", "lib/", "assemblies/")
NAMES = (
    "scripts/apk/react-native-use",
    "scripts/apk/hermes-96-use",
    "scripts/apk/cordova-use",
    "scripts/apk/capacitor-use",
    "scripts/apk/web-use",
    "apk/flutter-use",
    "apk/unity-mono-use",
    "apk/unity-il2cpp-use",
    "apk/dotnet-use",
)


def entries(apk: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(apk) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(target: Path, held: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return target


def in_a_split(folder: Path, sample: dict[str, bytes]) -> Path:
    """The sample's code in the base, what else it has in a split."""
    folder.mkdir()
    zipped(folder / "base.apk", entries(NOTES / "base.apk") | {"classes2.dex": sample["classes.dex"]})
    more = {name: data for name, data in sample.items() if name.startswith(KEPT)}
    zipped(folder / "split_config.de.apk", entries(NOTES / "split_config.de.apk") | more)
    return folder


def in_a_bundle(target: Path, sample: dict[str, bytes]) -> Path:
    """The same in a module; a bundle keeps what is in the root of an APK in ``root/``."""
    more = {f"base/{name}": data for name, data in sample.items() if name.startswith(("assets/", "lib/"))}
    more |= {f"base/root/{name}": data for name, data in sample.items() if name.startswith("assemblies/")}
    return zipped(target, entries(NOTES / "notes.aab") | {"base/dex/classes2.dex": sample["classes.dex"]} | more)


def told(observation: Observation) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The payloads and what they call, without their places."""
    payloads = [(fact.kind, fact.version, fact.uses, fact.size) for fact in observation.facts if isinstance(fact, Payload)]
    calls = [fact for fact in observation.facts if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "script"]
    return sorted(payloads, key=str), sorted((type(fact).__name__, fact.api, fact.owner) for fact in calls)


@pytest.mark.parametrize("name", NAMES)
def test_a_split_and_a_module_tell_what_an_apk_does(tmp_path: Path, name: str) -> None:
    apk = SAMPLES / "runtimes" / f"{name}.apk"
    whole = told(observe(apk, depth=DEPTH))
    assert all(whole)
    held = entries(apk)
    assert told(observe(in_a_split(tmp_path / "set", held), depth=DEPTH)) == whole
    assert told(observe(in_a_bundle(tmp_path / "app.aab", held), depth=DEPTH)) == whole
