"""The app *notes* as a set, as a whole and as a bundle gives the same findings; *loader* gives those of the code it carries."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from analyzer.assess import assess
from analyzer.engine import load_ruleset
from analyzer.facts import ClipboardAccess, Fact, Gap, NativeLibrary, Observation, Reach, Signer, Trait, format_fact
from analyzer.policy import load_policy
from analyzer.resources import rules_dir
from analyzer.scan import observe, observed

APKS = Path(__file__).resolve().parents[2] / "samples/bundles/apk"
PARTS = ("base.apk", "split_config.arm64_v8a.apk", "split_config.de.apk", "split_config.x86_64.apk", "split_paste.apk")
# What differs between the forms in which the app comes: where its files lie.
FILES = re.compile(r"(?:split_[\w.]+!|(?:base|paste)/)?(?:dex/)?(?:classes2?\.dex|resources\.(?:arsc|pb)|lib/)")


def zipped(target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name in PARTS:
            archive.write(APKS / name, name)
    return target


def folder(target: Path) -> Path:
    target.mkdir()
    for name in PARTS:
        shutil.copy(APKS / name, target)
    return target


def comparable(observation: Observation) -> list[str]:
    """The facts without the names of files, in one order."""
    lines = (FILES.sub("FILE", format_fact(fact)) for fact in observation.facts if not isinstance(fact, Gap))
    return sorted(re.sub(r" splits=\S+", "", line) for line in lines)


@pytest.fixture(scope="module")
def universal() -> Observation:
    return observe(APKS / "universal.apk")


@pytest.mark.parametrize("make", [zipped, folder])
def test_a_set_gives_the_same_facts_and_findings_as_the_universal_apk(
    tmp_path: Path, universal: Observation, make: Callable[[Path], Path]
) -> None:
    observation = observe(make(tmp_path / "notes.xapk"))
    assert comparable(observation) == comparable(universal)
    assert [gap.kind for gap in observation.facts if isinstance(gap, Gap)] == [
        gap.kind for gap in universal.facts if isinstance(gap, Gap)
    ]
    ruleset, policy = load_ruleset([rules_dir()]), load_policy(None)
    ours, theirs = (assess(one, ruleset, policy) for one in (observation, universal))
    assert ours.findings is not None
    assert theirs.findings is not None
    assert [(finding.rule_id, finding.fingerprint, finding.message) for finding in ours.findings] == [
        (finding.rule_id, finding.fingerprint, finding.message) for finding in theirs.findings
    ]
    assert (ours.score, ours.decision) == (theirs.score, theirs.decision)
    assert ours.app.splits == ("config.arm64_v8a", "config.de", "config.x86_64", "paste")
    assert {"clipboard-sent", "clipboard-read-on-screen-open"} <= {finding.rule_id for finding in ours.findings}


def test_each_finding_names_its_split(tmp_path: Path) -> None:
    observation = observe(zipped(tmp_path / "notes.apkm"))
    files = {fact.operation: fact.at and fact.at.file for fact in observation.facts if isinstance(fact, ClipboardAccess)}
    assert files == {"read": "split_paste.apk!classes.dex", "write": "classes.dex"}


def test_the_library_of_each_processor_is_read_in_its_split_as_in_the_universal_apk(
    tmp_path: Path, universal: Observation
) -> None:
    split, whole = (
        [fact for fact in one.facts if isinstance(fact, NativeLibrary)]
        for one in (observe(zipped(tmp_path / "notes.apks")), universal)
    )
    assert [fact.file for fact in split] == [f"split_config.{fact.abi.replace('-', '_')}.apk!{fact.file}" for fact in whole]
    assert [msgspec.structs.replace(fact, file="") for fact in split] == [
        msgspec.structs.replace(fact, file="") for fact in whole
    ]
    assert [(fact.abi, fact.imports, fact.jni_exports, fact.names) for fact in whole] == [
        (abi, ("__system_property_get",), ("Lorg/apkvet/samples/notes/Native;->source()Ljava/lang/String;",), ("ro.serialno",))
        for abi in ("arm64-v8a", "x86_64")
    ]


def test_a_bundle_gives_the_same_facts_but_for_the_signer(universal: Observation) -> None:
    observation = observe(APKS / "notes.aab")
    (signer,) = (fact for fact in universal.facts if isinstance(fact, Signer))
    upload = format_fact(Trait("upload-certificate", signer.sha256))
    ours = comparable(observation)
    assert [line for line in ours if line != upload] == [line for line in comparable(universal) if not line.startswith("signer")]
    assert upload in ours
    assert "signers" not in observation.stages
    (gap,) = (fact for fact in observation.facts if isinstance(fact, Gap) and "bundle" in fact.why)
    assert gap.kind == "stage-not-run"
    files = {fact.operation: fact.at and fact.at.file for fact in observation.facts if isinstance(fact, ClipboardAccess)}
    assert files == {"read": "paste/dex/classes.dex", "write": "base/dex/classes.dex"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("base.apk", "The base says that it does not work without splits; there are none."),
        ("split_paste.apk", "This is the split paste of an app, without its base."),
    ],
)
def test_one_apk_of_a_set_says_that_the_others_are_not_there(name: str, why: str) -> None:
    facts = observe(APKS / name).facts
    assert [gap.why for gap in facts if isinstance(gap, Gap) and gap.kind == "split"] == [why]


def test_a_folder_of_several_apps_is_refused_in_one_line(tmp_path: Path) -> None:
    place = folder(tmp_path / "notes")
    shutil.copy(APKS / "loader.apk", place)
    observation = observed(place)
    assert observation.error is not None
    assert "holds 2 apps, not one" in observation.error
    assert (observation.sha256, observation.size) == (None, None)


def _triggers(facts: tuple[Fact, ...]) -> dict[str, tuple[str, bool, int]]:
    found: dict[str, tuple[str, bool, int]] = {}
    for fact in facts:
        if isinstance(fact, Reach) and fact.at is not None:
            found[f"{fact.at.file} {(fact.at.method or '').partition('->')[0]}"] = (fact.kind, fact.assumed, len(fact.path))
    return found


def test_packed_code_is_started_by_what_names_it() -> None:
    observation = observe(APKS / "loader.apk")
    assert _triggers(observation.facts) == {
        "assets/picture.png Lorg/apkvet/samples/plugin/Idle;": ("unknown", True, 0),
        "assets/plugin.jar!classes.dex Lorg/apkvet/samples/loader/Shared;": ("unreachable", False, 0),
        "assets/plugin.jar!classes.dex Lorg/apkvet/samples/plugin/Plugin;": ("lifecycle", True, 1),
    }
    traits = [(fact.name, fact.value) for fact in observation.facts if isinstance(fact, Trait) and fact.name.startswith("packed")]
    assert traits == [("packed-code", "assets/picture.png"), ("packed-code", "assets/plugin.jar!classes.dex")]
    programs = [fact for fact in observation.facts if isinstance(fact, Gap) and fact.at and fact.at.file == "assets/tools/run"]
    assert [(gap.kind, gap.count) for gap in programs] == [("native", 1)]


def with_app(target: Path, outer: Path, inner: Path) -> Path:
    """*outer* with *inner* as an asset, unsigned."""
    with zipfile.ZipFile(outer) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
        archive.write(inner, "assets/inner.bin")
    return target


def test_an_app_within_is_told_and_its_code_read_where_code_is_loaded(tmp_path: Path, apks: Path) -> None:
    quiet = observe(with_app(tmp_path / "quiet.apk", APKS / "base.apk", apks / "identifiers.apk"))
    (gap,) = (fact for fact in quiet.facts if isinstance(fact, Gap) and fact.kind == "nested")
    assert gap.why.startswith("The package holds an app of its own, org.apkvet.samples.")
    assert gap.why.endswith("Its code was not looked into, for nothing in the app loads code.")
    assert gap.size == (apks / "identifiers.apk").stat().st_size
    assert not any("assets/inner.bin!" in format_fact(fact) for fact in quiet.facts)
    loading = observe(with_app(tmp_path / "loading.apk", APKS / "loader.apk", apks / "identifiers.apk"))
    (gap,) = (fact for fact in loading.facts if isinstance(fact, Gap) and fact.kind == "nested")
    inner = zipfile.ZipFile(apks / "identifiers.apk").infolist()
    size = sum(entry.file_size for entry in inner if entry.filename != "classes.dex")
    assert gap.size == size
    assert gap.why.endswith(
        "Its code, libraries and assets were read, as what the app may load; "
        f"its components and its {len(inner) - 1} other files ({size} bytes) were not."
    )
    reached = [fact.kind for fact in loading.facts if isinstance(fact, Reach) and fact.at and "inner.bin" in fact.at.file]
    assert reached
    assert set(reached) == {"unknown"}


def test_libraries_of_an_app_within_are_read_with_its_code_or_told_by_size(tmp_path: Path) -> None:
    native = APKS.parents[1] / "native/apk/jni-clipboard.apk"
    loading = observe(with_app(tmp_path / "loading.apk", APKS / "loader.apk", native))
    reads = [fact for fact in loading.facts if isinstance(fact, ClipboardAccess) and fact.via == "native"]
    assert [fact.at and fact.at.file for fact in reads] == ["assets/inner.bin!lib/arm64-v8a/libclip.so"]
    quiet = observe(with_app(tmp_path / "quiet.apk", APKS / "base.apk", native))
    (gap,) = (fact for fact in quiet.facts if isinstance(fact, Gap) and fact.kind == "nested")
    with zipfile.ZipFile(native) as archive:
        size = sum(entry.file_size for entry in archive.infolist() if entry.filename.startswith("lib/"))
    assert f"not looked into, nor were its 4 native libraries ({size} bytes), for nothing in the app loads code." in gap.why
    assert not any(isinstance(fact, NativeLibrary) for fact in quiet.facts)
