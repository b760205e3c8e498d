"""The readers for Flutter, Unity and .NET over small packages: where payloads lie, which count, what becomes a gap."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from analyzer.container import open_package
from analyzer.errors import RuleError
from analyzer.extractors.runtimes import dotnet, flutter, unity
from analyzer.extractors.runtimes.assemblies import load_assembly_owners
from analyzer.extractors.runtimes.bindings import load_bindings
from analyzer.extractors.runtimes.managed_callbacks import load_managed_callbacks
from analyzer.extractors.runtimes.payloads import READERS
from analyzer.extractors.runtimes.uses import RuntimeFound
from analyzer.facts import Owner
from analyzer.formats.assembly_store import payload_of, read_store, unpacked
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import PlatformMembers, load_members
from analyzer.platform.watch import load_watch
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir
from samples.runtimes.binaries import (
    assembly_store_1,
    assembly_store_2,
    compressed,
    dart_engine,
    dart_kernel,
    dart_snapshot,
    il2cpp_metadata,
    library,
)

KNOWLEDGE = rules_dir() / "knowledge"
SOURCES = Path(__file__).resolve().parents[3] / "samples/runtimes/src"
SCRIPTS = (SOURCES / "unity-mono-use/extra/assets/bin/Data/Managed/Assembly-CSharp.dll").read_bytes()
APP, MAUI, _, _ = (
    unpacked(each.data, 1 << 20)
    for each in read_store(
        payload_of((SOURCES / "dotnet-use/extra/lib/arm64-v8a/libassemblies.arm64-v8a.blob.so").read_bytes())
    ).assemblies
)
UNUSED, PLUGIN, _, _ = (
    unpacked(each.data, 1 << 20)
    for each in read_store(memoryview((SOURCES / "dotnet-unused/extra/assemblies/assemblies.blob").read_bytes())).assemblies
)
Packed = Callable[[Mapping[str, bytes]], ProgramGraph]


@pytest.fixture
def packed(tmp_path: Path) -> Iterator[Packed]:
    """Packs files to a package; a reader looks at nothing else of the app."""
    with ExitStack() as stack:

        def make(files: Mapping[str, bytes]) -> ProgramGraph:
            path = tmp_path / "made.apk"
            with zipfile.ZipFile(path, "w") as archive:
                for name, data in {"AndroidManifest.xml": b"", **files}.items():
                    archive.writestr(name, data)
            package = stack.enter_context(open_package(path))
            return cast(ProgramGraph, SimpleNamespace(app=SimpleNamespace(package=package)))

        yield make


def read(module: object, graph: ProgramGraph) -> RuntimeFound:
    return cast(RuntimeFound, module.read(graph, load_bindings(KNOWLEDGE)))  # type: ignore[attr-defined]


GET_TEXT = "Microsoft.Maui.ApplicationModel.DataTransfer.IClipboard.GetTextAsync"
SUBSCRIBER = "Android.Telephony.TelephonyManager.get_SubscriberId"
CONTACTS = "Android.Provider.ContactsContract.Contacts.get_ContentUri"
DEVICE_ID = "Android.Provider.Settings.Secure.GetString(android_id)"
PLACES = {
    "a file": ({"assemblies/DotnetCalls.dll": APP}, "assemblies/DotnetCalls.dll"),
    "compressed": ({"assemblies/arm64-v8a/DotnetCalls.dll": compressed(APP)}, "assemblies/arm64-v8a/DotnetCalls.dll"),
    "a store": ({"assemblies/assemblies.blob": assembly_store_1([MAUI, APP])}, "assemblies/assemblies.blob!1"),
    "a library of its own": (
        {"lib/arm64-v8a/lib_DotnetCalls.dll.so": library(compressed(APP))},
        "lib/arm64-v8a/lib_DotnetCalls.dll.so",
    ),
    "a store for 32 bits": (
        {"lib/armeabi-v7a/libassemblies.armeabi-v7a.blob.so": library(assembly_store_2({"DotnetCalls.dll": APP}, 2), wide=False)},
        "lib/armeabi-v7a/libassemblies.armeabi-v7a.blob.so!DotnetCalls.dll",
    ),
}


@pytest.mark.parametrize("where", PLACES)
def test_assemblies_are_found_wherever_they_are_packed(packed: Packed, where: str) -> None:
    files, place = PLACES[where]
    found = read(dotnet, packed(files))
    assert [(use.name, use.at.file, use.at.offset, use.trigger) for use in found.uses] == [
        (SUBSCRIBER, place, 0x2DB, "user-action"),
        (GET_TEXT, place, 0x3EB, "lifecycle"),
        (CONTACTS, place, 0x49F, "lifecycle"),
        (DEVICE_ID, place, 0x4AF, "lifecycle"),
    ]
    uses = (CONTACTS, DEVICE_ID, SUBSCRIBER, GET_TEXT)
    assert [(payload.file, payload.uses) for payload in found.payloads] == [(place.partition("!")[0], uses)]
    assert found.gaps == ()
    assert [reader.module for reader in READERS if any(_marked(reader.beginnings, reader.endings, name) for name in files)] == [
        "dotnet"
    ]


def _marked(beginnings: tuple[str, ...], endings: tuple[str, ...], name: str) -> bool:
    return name.startswith(beginnings) and name.endswith(endings)


def test_the_same_assembly_for_two_abis_is_told_once(packed: Packed) -> None:
    found = read(dotnet, packed({f"lib/{abi}/lib_DotnetCalls.dll.so": library(APP) for abi in ("arm64-v8a", "x86_64")}))
    assert {use.at.file for use in found.uses} == {"lib/arm64-v8a/lib_DotnetCalls.dll.so"}


def test_a_library_counts_when_the_app_refers_to_it(packed: Packed) -> None:
    library = PLUGIN.replace(b"Plugin.Clipboard\0", b"Plugin.A".ljust(17, b"\0"))
    referring = UNUSED.replace(b"mscorlib\0", b"Plugin.A\0")
    told = [("Android.Content.ClipboardManager.get_PrimaryClip", Owner("library", "Plugins for Xamarin"))]
    for app, uses in ((UNUSED, []), (referring, told)):
        found = read(dotnet, packed({"assemblies/Plugin.A.dll": library, "assemblies/App.dll": app}))
        assert [(use.name, use.owner) for use in found.uses] == uses
    alone = read(dotnet, packed({"assemblies/Plugin.A.dll": library}))
    assert [(use.name, use.owner) for use in alone.uses] == told


def test_what_cannot_be_read_is_a_gap(packed: Packed) -> None:
    found = read(
        dotnet,
        packed(
            {
                "assemblies/Broken.dll": b"MZ",
                "assemblies/Bomb.dll": b"XALZ\0\0\0\0\xff\xff\xff\x7f",
                "lib/x86/lib_Odd.dll.so": b"\x7fELF",
                "lib/x86/libmonodroid_bundle_app.so": b"\x7fELF",
            }
        ),
    )
    assert {gap.at.file for gap in found.gaps if gap.at} == {
        "assemblies/Broken.dll",
        "assemblies/Bomb.dll",
        "lib/x86/lib_Odd.dll.so",
        "lib/x86/libmonodroid_bundle_app.so",
    }
    assert all(gap.kind == "payload" and gap.why.startswith(".NET code could not be read: ") for gap in found.gaps)
    assert (found.uses, found.payloads) == ((), ())


@pytest.mark.parametrize(
    "row",
    [
        "amiga\tA.B\tOnStart\tlifecycle\tx",
        "dotnet\tA.B\tOnStart\tsometimes\tx",
        "dotnet\t-\tOnStart\tlifecycle\tx",
    ],
)
def test_a_wrong_row_of_callbacks_is_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / "managed_callbacks.tsv").write_text(f"runtime\tbase\tmethods\ttrigger\tsource\n{row}\n")
    with pytest.raises(RuleError, match="value that is not known"):
        load_managed_callbacks(tmp_path)


def test_a_wrong_row_of_owners_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dotnet_assemblies.tsv").write_text("prefix\tkind\tname\tsource\nA\tfriend\tB\tx\n")
    with pytest.raises(RuleError, match="the row of A"):
        load_assembly_owners(tmp_path)


def test_owners_of_assemblies() -> None:
    owners = load_assembly_owners(KNOWLEDGE)
    assert [owners.is_framework(name) for name in ("Mono.Android", "System", "Xamarin.Essentials", "Monopoly", "Systemic.App")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert owners.owner("Plugin.Geolocator") == Owner("library", "Plugins for Xamarin")
    assert owners.owner("PluginHost") == Owner("app")


def test_flutter_tells_each_call_once_and_damage(packed: Packed) -> None:
    texts = ("flutter.baseflow.com/geolocator", "getCurrentPosition")
    found = read(
        flutter,
        packed(
            {
                "lib/arm64-v8a/libapp.so": dart_snapshot(texts),
                "lib/x86_64/libapp.so": dart_snapshot((*texts, "getLastKnownPosition"), "heap64"),
                "lib/x86/libapp.so": library(b"nothing"),
                "lib/x86/libflutter.so": dart_engine("2.19.6"),
            }
        ),
    )
    channel = "flutter.baseflow.com/geolocator"
    assert [(use.name, use.at.file) for use in found.uses] == [
        (f"{channel}:getCurrentPosition", "lib/arm64-v8a/libapp.so"),
        (f"{channel}:getLastKnownPosition", "lib/x86_64/libapp.so"),
    ]
    assert {payload.version for payload in found.payloads} == {"3.7, Dart 2.19.6"}
    assert [gap.at.file for gap in found.gaps if gap.at] == ["lib/x86/libapp.so"]


@pytest.mark.parametrize(
    "name", sorted(name for name in load_bindings(KNOWLEDGE).names("flutter") if ":" in name or "pigeon" in name)
)
def test_flutter_tells_each_channel_with_its_method(packed: Packed, name: str) -> None:
    channel, _, method = name.rpartition(":")
    whole = read(flutter, packed({"lib/arm64-v8a/libapp.so": dart_snapshot((channel, method) if channel else (name,))}))
    assert [use.name for use in whole.uses] == [name]
    half = read(flutter, packed({"lib/arm64-v8a/libapp.so": dart_snapshot((channel or name[:-1], "other"))}))
    assert half.uses == ()


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Clipboard.getData(a);", 1),
        ("Clipboard\n  .getData (a);", 1),
        ("// Clipboard.getData(a)\n/* Clipboard.getData( */", 0),
        ("'Clipboard.getData(' \"Clipboard.getData(\" '''\nClipboard.getData('''", 0),
        ("'it\\'s' ; Clipboard.getData(a)", 1),
        ("MyClipboard.getData(a); x.Clipboard.getData(a); Clipboard.getDatabase(a);", 0),
        ("/* never closed Clipboard.getData(", 0),
    ],
)
def test_calls_in_sources(packed: Packed, text: str, calls: int) -> None:
    graph = packed({"assets/flutter_assets/kernel_blob.bin": dart_kernel({"package:a/main.dart": text})})
    assert [use.name for use in read(flutter, graph).uses] == ["Clipboard.getData"] * calls


def test_a_debug_build_without_sources_is_a_gap(packed: Packed) -> None:
    graph = packed({"assets/flutter_assets/kernel_blob.bin": dart_kernel({"package:a/main.dart": ""})})
    assert [gap.why for gap in read(flutter, graph).gaps] == [
        "The kernel file holds no sources of the app; what its code calls was not read."
    ]


def test_a_literal_needs_the_class_that_calls_java(packed: Packed) -> None:
    file = "assets/bin/Data/Managed/Metadata/global-metadata.dat"
    graph = packed({file: il2cpp_metadata(("getPrimaryClip",), {"Form": ("Name",)})})
    found = read(unity, graph)
    assert (found.uses, found.gaps) == ((), ())
    assert [payload.version for payload in found.payloads] == ["metadata 29"]


def test_encrypted_metadata_and_foreign_assemblies(packed: Packed) -> None:
    data = "assets/bin/Data/"
    found = read(
        unity,
        packed(
            {
                f"{data}Managed/Metadata/global-metadata.dat": bytes(300),
                f"{data}Managed/Assembly-CSharp.dll": SCRIPTS,
                f"{data}data.unity3d": b"UnityFS\0\0\0\0\x085.x.x\x002021.3.5f1\0",
            }
        ),
    )
    assert [(payload.kind, payload.version) for payload in found.payloads] == [
        ("unity-il2cpp", "2021.3.5f1"),
        ("unity-mono", "2021.3.5f1"),
    ]
    assert [gap.why for gap in found.gaps] == [
        "What IL2CPP left of the scripts could not be read: not IL2CPP metadata, or encrypted: the magic is missing."
    ]
    assert len(found.uses) == 2


# The names of namespaces that do not follow from the package's (Xamarin.Android's bindings).
_NAMESPACES = {"os": "OS", "pm": "PM", "location": "Locations", "view": "Views", "accessibilityservice": "AccessibilityServices"}


def managed_names(api: str) -> set[str]:
    """What the binding of an API may be called: a property's accessor where Java has a getter, setter or test, else the method."""
    cls, _, rest = api.partition("->")
    *packages, name = cls[1:-1].split("/")
    space = ".".join(_NAMESPACES.get(part, part[:1].upper() + part[1:]) for part in packages)
    method = rest.partition("(")[0]
    plain = method[:1].upper() + method[1:]
    members = {".ctor"} if method == "<init>" else {plain}
    if method[:3] in ("get", "set"):
        members.add(f"{method[:3]}_{method[3:]}")
    if method.startswith(("is", "has")):
        members.add(f"get_{plain}")
    return {f"{space}.{name.replace('$', '.')}.{member}" for member in members}


def rows() -> list[tuple[str, ...]]:
    return list(read_table(KNOWLEDGE / "bindings.tsv", ("runtime", "name", "carrier", "api", "source")))


def test_bindings_of_net_follow_their_rule() -> None:
    by_rule = [row for row in rows() if row[4] == "binding of .NET for Android, named by its rule from the API"]
    assert len(by_rule) > 150
    assert [row for row in by_rule if row[1] not in managed_names(row[3])] == []


def test_bindings_of_fields_follow_their_rule() -> None:
    """``CONTENT_URI`` of a class is the property ``ContentUri`` of the class of that name."""
    fields = [row for row in rows() if row[4] == "binding of .NET for Android: the property of a static field"]
    assert len(fields) > 10
    for _, name, _, api, _ in fields:
        cls, _, field = api.partition("->")
        *packages, holder = cls[1:-1].split("/")
        property_ = "".join(word.capitalize() for word in field.split("_"))
        assert name == ".".join([*(part.capitalize() for part in packages), holder.replace("$", "."), f"get_{property_}"])


def test_apis_of_these_runtimes_exist_and_are_watched() -> None:
    members, watched = PlatformMembers(), load_watch().methods
    for runtime, name, carrier, api, _ in rows():
        if runtime not in ("dotnet", "unity", "flutter") or not api.startswith("Landroid/"):
            continue
        cls, _, member = api.partition("->")
        if "(" in member:
            assert member in members.of(cls), name
            assert api in watched or api.partition("(")[0] in watched, name
        assert carrier or "(" in member or load_watch().field(api) is not None, name


def test_names_for_java_are_of_one_class_only() -> None:
    """Only the name of a method is known where a script calls Java: it has to be unlike all others."""
    members = load_members()
    for runtime, name, _, api, _ in rows():
        if runtime == "unity" and (match := re.fullmatch(r"AndroidJavaObject\.Call\((\w+)\)", name)):
            holders = {cls for cls, methods in members.items() if any(each.startswith(f"{match[1]}(") for each in methods)}
            assert holders - {"Landroid/test/mock/MockPackageManager;"} == {api.partition("->")[0]}, name
