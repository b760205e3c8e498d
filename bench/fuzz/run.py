"""Coverage-guided fuzzing of what reads bytes: one target at a time, for a bounded time.

usage: python bench/fuzz/run.py TARGET [SECONDS] [--corpus FOLDER]
       python bench/fuzz/run.py --all SECONDS [--corpus FOLDER]

TARGET: dex, axml, arsc, zip, signing, facts, yaml, hermes, il2cpp, elf, dart, store, dotnet, proto, package, script. The seeds are parts of the samples, of the hostile ones too, and what was found
before; the dictionary is ``dictionary.txt``. A target may refuse its input with an error of apkvet; whatever else it raises is a finding, and the input is left in FOLDER/crash-... . With
findings the exit status is not 0. Needs atheris (PyPI, Python 3.11 or 3.12 on Linux); without it this says so and ends with 0. With
``--all`` each target runs SECONDS long, which is what CI does with one second.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
FINDINGS = HERE.parents[1] / "tests/formats/findings"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    import atheris
except ImportError:
    print("atheris is not installed (pip install atheris); nothing was fuzzed")
    raise SystemExit(0) from None

with atheris.instrument_imports(include=["analyzer"]):
    from analyzer.container import open_package
    from analyzer.container.archive import Archive, Limits, Meter
    from analyzer.container.signing_block import SCHEMES, block_pairs, block_signers, stamp_certificate
    from analyzer.errors import ApkvetError
    from analyzer.extractors.runtimes.javascript import read_script
    from analyzer.facts.text import format_fact, parse_fact
    from analyzer.formats.arsc import Resources
    from analyzer.formats.assembly_store import payload_of, read_store, unpacked
    from analyzer.formats.axml import read_axml, xml_strings
    from analyzer.formats.dart import engine_version, find_string, read_kernel, read_snapshots
    from analyzer.formats.dex import open_dex
    from analyzer.formats.dex.code import MethodCode
    from analyzer.formats.dex.values import static_strings
    from analyzer.formats.dex.verifier import circular, unknown_instructions
    from analyzer.formats.dotnet import Bodies, open_assembly
    from analyzer.formats.elf import open_elf
    from analyzer.formats.elf_relocations import pointers
    from analyzer.formats.elf_tables import Image
    from analyzer.formats.hermes.file import HermesFile
    from analyzer.formats.il2cpp import open_metadata
    from analyzer.formats.proto_resources import ProtoResources
    from analyzer.formats.proto_xml import parse_proto_xml
    from analyzer.program.manifest import read_manifest
    from analyzer.yamlfile import parse_yaml

_LIMITS = Limits(entry_bytes=1 << 20, total_bytes=4 << 20)
_SMALL = Limits(entry_bytes=1 << 20, total_bytes=4 << 20, nested_files=20, nested_bytes=1 << 20, held_bytes=4 << 20)
_WHOLE = Path(tempfile.gettempdir()) / f"apkvet-fuzz-{os.getpid()}.apk"


def dex(data: bytes) -> None:
    """Tables, class data, code, cross references, static values."""
    for file in open_dex("x", data):
        _ = file.deviations, unknown_instructions(file), circular(file), file.invokes, file.strings_loaded, file.static_reads
        for item in range(min(len(file.items.offset), 50)):
            code = MethodCode(file, item)
            for at in range(min(len(code), 200)):
                code.destination(at)
                code.branch_targets(at)
            _ = code.joins
        for row in range(min(len(file.pools.classes), 50)):
            static_strings(file, row)
            file.supertypes(row)
        for row in range(min(len(file.pools.methods), 50)):
            file.pools.method(row)


def axml(data: bytes) -> None:
    """A document of binary XML, by the own reader."""
    list(xml_strings(data))
    read_axml(data, [])


def arsc(data: bytes) -> None:
    """Look-ups in a resource table."""
    table = Resources(data)
    for resource in (0x7F010000, 0x7F020000, 0x7F030000, 0x7F030001, 0x7F040000):
        table.resolve(f"@{resource:08X}")
    table.named(["label", "app_name"])


def zip_file(data: bytes) -> None:
    """A ZIP file and all its entries."""
    archive = Archive(io.BytesIO(data), "", _LIMITS, Meter())
    for name in list(archive.entries)[:20]:
        try:
            archive.read(name)
        except ApkvetError:
            continue


def signing(data: bytes) -> None:
    """The signing block: values of the schemes as such, and in a package."""
    try:
        for scheme in SCHEMES.values():
            list(block_signers(scheme, data))
        stamp_certificate(data)
    except (ApkvetError, ValueError, TypeError, KeyError):
        pass
    except Exception as error:
        if type(error).__name__ != "error":  # struct.error, which the callers expect
            raise
    list(block_pairs(Archive(io.BytesIO(data), "", _LIMITS, Meter())))


def hermes(data: bytes) -> None:
    """A bundle of Hermes bytecode: its texts, functions and instructions."""
    bundle = HermesFile(data)
    for number in range(min(bundle.string_count(), 50)):
        bundle.string(number)
    for number in range(min(len(bundle), 50)):
        bundle.name(number)
        for index, _ in enumerate(bundle.instructions(number)):
            if index > 500:
                break


def il2cpp(data: bytes) -> None:
    """Unity's metadata: the methods of a class by name."""
    metadata = open_metadata(data)
    metadata.methods("Main")
    metadata.methods("String")


def elf(data: bytes) -> None:
    """A native library: symbols, texts, tails of texts, tables of native methods."""
    library = open_elf(data, "x.so")
    _ = library.texts, library.signatures, library.tails, library.native_methods, library.hardening, library.code_entropy()
    library.holds([b"OpenSSL ", b"Lavc"])
    library.offset_of_text(b"getPrimaryClip")
    pointers(Image(data, "x.so"))


def dart(data: bytes) -> None:
    """A snapshot with its strings, an engine, a kernel file."""
    for read in (read_snapshots, engine_version, read_kernel):
        try:
            read(data)
        except ApkvetError:
            continue
    find_string(data, "Clipboard.getData")


def store(data: bytes) -> None:
    """A store of assemblies, as a file and inside a shared library; what is compressed in it."""
    for held in (memoryview(data), payload_of(data) if data[:4] == b"\x7fELF" else memoryview(b"")):
        for packed in read_store(held).assemblies[:20] if len(held) else ():
            unpacked(packed.data, 1 << 20)


def dotnet(data: bytes) -> None:
    """An assembly: its members and the calls in its methods."""
    assembly = open_assembly(data)
    members = {member.token: member for member in assembly.members(lambda name: True)}
    generic = assembly.instantiations(set(members))
    for number, call in enumerate(Bodies(assembly).calls([*members, *generic])):
        assembly.method(call.caller)
        if number > 200:
            break


def proto(data: bytes) -> None:
    """A document and a resource table of a bundle."""
    with contextlib.suppress(ApkvetError):
        parse_proto_xml(data)
    table = ProtoResources(data)
    table.resolve("@7F010000")
    table.named(["label", "app_name"])


def package(data: bytes) -> None:
    """A package, whatever it is: APK, set, bundle, with what is packed within; manifest and entries."""
    _WHOLE.write_bytes(data)
    with open_package(_WHOLE, _SMALL) as opened:
        read_manifest(opened)
        for nested in opened.nested:
            opened.admit(nested)
        for name in list(opened.names())[:20]:
            try:
                opened.read(name)
            except ApkvetError:
                continue


def script(data: bytes) -> None:
    """What a script calls, as one of Metro's bundles and as any other."""
    read_script(data, metro=True)
    read_script(data, metro=False)


def facts(data: bytes) -> None:
    """A fact of one line; what is read prints and reads the same."""
    fact = parse_fact(data.decode("utf-8", "replace"))
    if parse_fact(format_fact(fact)) != fact:
        raise AssertionError(f"{fact} does not survive its own text")


def yaml(data: bytes) -> None:
    """The loader of rules and policies."""
    parse_yaml(data, dict, "x")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "dex": dex, "axml": axml, "arsc": arsc, "zip": zip_file, "signing": signing, "facts": facts, "yaml": yaml,
    "hermes": hermes, "il2cpp": il2cpp, "elf": elf, "dart": dart, "store": store, "dotnet": dotnet, "proto": proto, "package": package,
    "script": script,
}  # fmt: skip
_EXPECTED = (ApkvetError,)


def seeds(target: str) -> Iterator[bytes]:
    """What the fuzzer begins with."""
    packages = sorted((SAMPLES / "apk").glob("*.apk"))[:6] + sorted((SAMPLES / "signing").glob("*.apk"))
    if target == "dex":
        yield from (path.read_bytes() for path in (SAMPLES / "dex").rglob("*.dex"))
    if target in ("zip", "signing"):
        yield from (path.read_bytes() for path in packages)
    yield from (path.read_bytes() for path in sorted(FINDINGS.glob(f"{target}-*")))
    yield from _hostile(target)
    yield from _other_seeds(target)
    for path in packages:
        with zipfile.ZipFile(path) as archive:
            names = {"axml": "AndroidManifest.xml", "arsc": "resources.arsc", "dex": "classes.dex"}
            if names.get(target) in archive.namelist():
                yield archive.read(names[target])


def _hostile(target: str) -> Iterator[bytes]:
    """The tricks of the hostile samples: whole packages, or the part that each is about."""
    entry = {"axml": "AndroidManifest.xml", "arsc": "resources.arsc", "dex": "classes.dex"}.get(target)
    kind = "xml" if target == "axml" else target
    for path in sorted((SAMPLES / "hostile/apk").glob(f"{kind}-*.apk")):
        if entry is None:
            yield path.read_bytes()
            continue
        with zipfile.ZipFile(path) as archive:
            yield archive.read(entry)


def _other_seeds(target: str) -> Iterator[bytes]:
    """Seeds of what is no part of every package."""
    if target == "hermes":
        yield from (path.read_bytes() for path in (SAMPLES / "runtimes").rglob("*.hbc"))
    if target == "il2cpp":
        for path in sorted((SAMPLES / "runtimes/apk").glob("unity-il2cpp*.apk")):
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist() if name.endswith("global-metadata.dat"))
    yield from _held_seeds(target)
    if target == "facts":
        for path in sorted((SAMPLES.parent / "rules").rglob("*.yaml"))[:200]:
            yield from (
                line.strip().encode() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("      ")
            )
    if target == "yaml":
        yield from (path.read_bytes() for path in sorted((SAMPLES.parent / "rules").rglob("*.yaml"))[:60])


# Where the seeds of a target lie in the samples: packages, and the ends of their entries; no end: the package itself.
_HELD = {
    "elf": ("native/apk/*.apk", (".so",)),
    "dart": ("runtimes/apk/flutter-*.apk", ("libapp.so", "libflutter.so", "kernel_blob.bin")),
    "store": ("runtimes/apk/dotnet-*.apk", (".blob", ".blob.so")),
    "dotnet": ("runtimes/apk/unity-mono-*.apk", (".dll",)),
    "proto": ("bundles/apk/*.aab", (".pb", ".xml")),
    "package": ("bundles/apk/*", ()),
    "script": ("runtimes/scripts/apk/*.apk", (".bundle", ".js")),
}


def _held_seeds(target: str) -> Iterator[bytes]:
    pattern, ends = _HELD.get(target, ("", ()))
    for path in sorted(SAMPLES.glob(pattern)) if pattern else ():
        if not ends:
            yield path.read_bytes()
            continue
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist() if name.endswith(ends))


def fuzz(target: str, seconds: int, corpus: Path) -> None:
    """Run one target; does not return."""
    own = corpus / target
    own.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (own / f"seed-{number}").write_bytes(seed)

    def one(data: bytes) -> None:
        try:
            TARGETS[target](data)
        except _EXPECTED:
            return

    options = [f"-max_total_time={seconds}", f"-dict={HERE / 'dictionary.txt'}", f"-artifact_prefix={corpus}/crash-{target}-"]
    limits = ["-rss_limit_mb=2048", "-timeout=20", "-max_len=20000", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, *limits, str(own)], one)
    atheris.Fuzz()


def main(argv: list[str]) -> int:
    """One target in this process, or each in one of its own."""
    folder = Path(argv[argv.index("--corpus") + 1]) if "--corpus" in argv else Path(tempfile.mkdtemp(prefix="apkvet-fuzz-"))
    if argv[:1] == ["--all"]:
        command = [sys.executable, str(Path(__file__).resolve())]
        ended = {
            target: subprocess.run(
                [*command, target, argv[1], "--corpus", str(folder)], capture_output=True, text=True, check=False
            )
            for target in TARGETS
        }
        for target, done in ended.items():
            line = next((each for each in done.stderr.splitlines() if "number_of_executed_units" in each), "").rpartition(" ")[2]
            print(f"{target}: {'found something' if done.returncode else 'nothing found'} in {line or '?'} executions")
            if done.returncode:
                print(done.stderr[-3000:])
        return int(any(done.returncode for done in ended.values()))
    fuzz(argv[0], int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 60, folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
