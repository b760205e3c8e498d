"""Makes the payloads of the samples for Flutter, Unity and .NET, from ``cs`` and by ``binaries.py``.

usage: python -m samples.runtimes.make

It needs Debian's ``mono-mcs``. ``samples/build.py`` packs what it writes to the samples' folders ``extra``.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from samples.runtimes.binaries import (
    assembly_store_1,
    assembly_store_2,
    compressed,
    dart_engine,
    dart_kernel,
    dart_snapshot,
    il2cpp_metadata,
    library,
    steady,
)

HERE = Path(__file__).resolve().parent
# In the order in which they can be compiled: name, what it refers to, and the sample's source where that has another name.
ASSEMBLIES = (
    ("Mono.Android", (), ""),
    ("Microsoft.Maui.Essentials", ("Mono.Android",), ""),
    ("Xamarin.Essentials", ("Mono.Android",), ""),
    ("Plugin.Clipboard", ("Mono.Android",), ""),
    ("Microsoft.Maui.Controls", (), ""),
    ("DotnetCalls", ("Mono.Android", "Microsoft.Maui.Essentials", "Microsoft.Maui.Controls"), ""),
    ("DotnetUnused", ("Xamarin.Essentials",), ""),
    ("UnityEngine.CoreModule", (), ""),
    ("UnityEngine.UI", ("UnityEngine.CoreModule",), ""),
    ("calls/Assembly-CSharp", ("UnityEngine.CoreModule",), "UnityCalls"),
    ("unused/Assembly-CSharp", ("UnityEngine.CoreModule", "UnityEngine.UI"), "UnityUnused"),
)
_FRAMEWORK_TEXTS = ("flutter/platform", "TextInput.setClient", "Clipboard.getData", "Clipboard.setData", "Clipboard.hasStrings")
_MAIN = """import 'package:flutter/services.dart';
import 'package:geolocator/geolocator.dart';

// Clipboard.setData( is only talked of here.
Future<String?> greeting() async {
  print('Geolocator.getCurrentPosition(');
  final data = await Clipboard.getData(Clipboard.kTextPlain);
  return data?.text;
}
"""
_GEOLOCATOR = "class Geolocator { Future last() => Geolocator.getLastKnownPosition(); }\n"
_SHARE = "Future<void> copyLink(String link) async { await Clipboard.setData(ClipboardData(text: link)); }\n"
_EDITOR = "Future<void> pasteText() async { await Clipboard.getData(Clipboard.kTextPlain); }\n"
_UNITY = b"\0\0\0\0\0\0\0\x16\0\0\0\0".ljust(48, b"\0") + b"2022.3.10f1\0"
_ENGINE_TYPES = {"UnityEngine.GUIUtility": ("get_systemCopyBuffer", "set_systemCopyBuffer")}


def compile_assemblies(work: Path) -> dict[str, bytes]:
    """Every assembly by its name, the same for the same sources."""
    made: dict[str, bytes] = {}
    for name, references, source in ASSEMBLIES:
        out = work / f"{name}.dll"
        out.parent.mkdir(parents=True, exist_ok=True)
        refers = [f"-r:{work / reference}.dll" for reference in references]
        command = [
            "mcs",
            "-target:library",
            "-nowarn:0649,0414,0169",
            *refers,
            f"-out:{out}",
            f"{HERE / 'cs' / (source or name)}.cs",
        ]
        subprocess.run(command, check=True)
        made[name] = steady(out.read_bytes())
    return made


def payloads(assemblies: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The files that each sample gets, by their path in the package."""
    data = "assets/bin/Data/"
    engine = {"lib/arm64-v8a/libflutter.so": dart_engine()}
    maui = {f"{name}.dll": compressed(assemblies[name], number) for number, name in enumerate(
        ("DotnetCalls", "Microsoft.Maui.Essentials", "Mono.Android", "Microsoft.Maui.Controls"))}  # fmt: skip
    unity = {f"{data}globalgamemanagers": _UNITY}
    managed = {f"{data}Managed/{name}.dll": assemblies[name] for name in ("UnityEngine.CoreModule", "UnityEngine.UI")}
    channel = "flutter.baseflow.com/geolocator"
    return {
        "flutter-use": {
            **engine,
            "lib/arm64-v8a/libapp.so": dart_snapshot(("flutter/platform", "Clipboard.getData", channel, "getLastKnownPosition")),
        },
        "flutter-unused": {**engine, "lib/arm64-v8a/libapp.so": dart_snapshot(("flutter/platform", f"{channel}_updates"))},
        "flutter-text-field": {
            **engine,
            "lib/arm64-v8a/libapp.so": dart_snapshot((*_FRAMEWORK_TEXTS, f"{channel}_updates", "getLastKnownPosition"), "heap64"),
        },
        "flutter-debug": {
            **engine,
            "assets/flutter_assets/kernel_blob.bin": dart_kernel(
                {
                    "package:shop/main.dart": _MAIN,
                    "package:geolocator/geolocator.dart": _GEOLOCATOR,
                    "package:share_bar/share_bar.dart": _SHARE,
                    "package:flutter/src/widgets/editable_text.dart": _EDITOR,
                }
            ),
        },
        "unity-mono-use": {**unity, **managed, f"{data}Managed/Assembly-CSharp.dll": assemblies["calls/Assembly-CSharp"]},
        "unity-mono-unused": {**unity, **managed, f"{data}Managed/Assembly-CSharp.dll": assemblies["unused/Assembly-CSharp"]},
        "unity-il2cpp-use": {
            **unity,
            f"{data}Managed/Metadata/global-metadata.dat": il2cpp_metadata(
                ("getSystemService", "clipboard", "getPrimaryClip"),
                {"UnityEngine.AndroidJavaObject": (".ctor", "Call"), "Greeter": ("Start",)},
            ),
        },
        "unity-il2cpp-unused": {
            **unity,
            f"{data}Managed/Metadata/global-metadata.dat": il2cpp_metadata(
                ("getPrimaryClipboard",), {"UnityEngine.AndroidJavaObject": ("Call",), "Form": ("Name",), **_ENGINE_TYPES}, "24.2"
            ),
        },
        "dotnet-use": {"lib/arm64-v8a/libassemblies.arm64-v8a.blob.so": library(assembly_store_2(maui))},
        "dotnet-unused": {
            "assemblies/assemblies.blob": assembly_store_1(
                [
                    compressed(assemblies[name])
                    for name in ("DotnetUnused", "Plugin.Clipboard", "Xamarin.Essentials", "Mono.Android")
                ]
            ),
        },
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assemblies = compile_assemblies(Path(folder))
    for name, files in payloads(assemblies).items():
        extra = HERE / "src" / name / "extra"
        shutil.rmtree(extra, ignore_errors=True)
        for path, data in files.items():
            (extra / path).parent.mkdir(parents=True, exist_ok=True)
            (extra / path).write_bytes(data)


if __name__ == "__main__":
    main()
