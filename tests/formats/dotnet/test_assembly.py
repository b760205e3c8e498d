"""Assemblies of the samples, as Mono's compiler made them; what monodis says of them stands beside."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.assembly_store import payload_of, read_store, unpacked
from analyzer.formats.dotnet import Assembly, Bodies, MemberRef, open_assembly
from analyzer.formats.dotnet.assembly import METHOD_DEF, Shape

SOURCES = Path(__file__).resolve().parents[3] / "samples/runtimes/src"
SCRIPTS = (SOURCES / "unity-mono-use/extra/assets/bin/Data/Managed/Assembly-CSharp.dll").read_bytes()
STORE = SOURCES / "dotnet-use/extra/lib/arm64-v8a/libassemblies.arm64-v8a.blob.so"


@pytest.fixture
def scripts() -> Assembly:
    return open_assembly(SCRIPTS)


def test_names(scripts: Assembly) -> None:
    assert scripts.name == "Assembly-CSharp"
    assert scripts.references == ("UnityEngine.CoreModule", "mscorlib")
    assert dict(scripts.reference_versions)["mscorlib"] == (4, 0)
    assert scripts.type_defs == ["<Module>", "Greeter"]


def test_members_that_are_named(scripts: Assembly) -> None:
    found = list(scripts.members(lambda name: name.startswith("UnityEngine.")))
    core = "UnityEngine.CoreModule"
    assert [(each.scope, each.type, each.name) for each in found] == [
        (core, "UnityEngine.GUIUtility", "get_systemCopyBuffer"),
        (core, "UnityEngine.AndroidJavaClass", ".ctor"),
        (core, "UnityEngine.AndroidJavaObject", "GetStatic"),
        (core, "UnityEngine.AndroidJavaObject", "Call"),
        (core, "UnityEngine.MonoBehaviour", ".ctor"),
    ]
    assert list(scripts.members(lambda name: False)) == []


def test_calls_with_their_literals(scripts: Assembly) -> None:
    members = {each.token: each for each in scripts.members(lambda name: True)}
    generic = scripts.instantiations(set(members))
    told = [
        (scripts.method(call.caller), call.offset, members[generic.get(call.token, call.token)].name, call.arguments)
        for call in Bodies(scripts).calls([*members, *generic])
        if members[generic.get(call.token, call.token)].scope != "mscorlib"
    ]
    assert told == [  # monodis: RVA 0x2050 tiny, 0x2058 tiny, 0x2068 with a header of 12 bytes; IL_0001, IL_0005 ...
        ("Greeter..ctor", 0x252, ".ctor", ()),
        ("Greeter.OnApplicationFocus", 0x25A, "get_systemCopyBuffer", ()),
        ("Greeter.Start", 0x274 + 0x05, ".ctor", ("com.unity3d.player.UnityPlayer",)),
        ("Greeter.Start", 0x274 + 0x11, "GetStatic", ("currentActivity",)),
        ("Greeter.Start", 0x274 + 0x2B, "Call", ("getSystemService", None)),
        ("Greeter.Start", 0x274 + 0x3C, "Call", ("getPrimaryClip", None)),
    ]


def test_nested_types_and_shapes() -> None:
    packed = next(each for each in read_store(payload_of(STORE.read_bytes())).assemblies if each.name == "DotnetCalls.dll")
    assembly = open_assembly(unpacked(packed.data, 1 << 20))
    page = "DotnetCalls.MainPage"
    assert assembly.type_defs == [
        "<Module>", "DotnetCalls.BasePage", page, "DotnetCalls.PeoplePage", f"{page}.<OnAppearing>c__async0", f"{page}.<Greet>c__async1",
    ]  # fmt: skip
    read = next(each for each in assembly.members(lambda name: name.endswith("IClipboard")))
    assert read[1:] == ("Microsoft.Maui.Essentials", "Microsoft.Maui.ApplicationModel.DataTransfer.IClipboard", "GetTextAsync")
    assert assembly.shape(read.token) == Shape(0, True, True)
    assert [assembly.method(call.caller) for call in Bodies(assembly).calls([read.token])] == [
        f"{page}.<Greet>c__async1.MoveNext"
    ]
    (appearing,) = assembly.methods_of(page, "OnAppearing")
    assert assembly.method(appearing) == f"{page}.OnAppearing"
    assert assembly.bases(appearing) == ["DotnetCalls.BasePage", "Microsoft.Maui.Controls.ContentPage"]
    assert assembly.methods_of(page, "Elsewhere") == assembly.methods_of("Elsewhere", "OnAppearing") == []
    (handler,) = assembly.methods_of(page, "OnClicked")
    assert [call.runs for call in Bodies(assembly).calls([METHOD_DEF << 24 | handler + 1])] == [False]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not start with MZ"),
        (b"MZ" + bytes(100), "no PE header"),
        (SCRIPTS[:200], "cut short|no PE header"),
        (SCRIPTS.replace(b"BSJB", b"BSJX"), "no signature"),
        (SCRIPTS.replace(b"#~\0\0", b"#?\0\0"), "no table stream"),
    ],
)
def test_what_is_no_assembly_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        open_assembly(data)


def everything(data: bytes) -> list[MemberRef]:
    """All that the readers use of an assembly."""
    assembly = open_assembly(data)
    found = list(assembly.members(lambda name: True))
    tokens = {each.token for each in found}
    for call in Bodies(assembly).calls([*tokens, *assembly.instantiations(tokens)]):
        assert assembly.method(call.caller)
    assert len(assembly.reference_versions) == len(assembly.references)
    return found


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(SCRIPTS) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(SCRIPTS)))
def test_damage_is_told_or_harmless(changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(SCRIPTS)
    for at, value in changes:
        damaged[at] = value
    for data in (bytes(damaged), bytes(damaged[:cut])):
        try:
            everything(data)
        except FormatError as error:
            assert str(error)
