"""The whole document: written, read back and described by a JSON Schema."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from analyzer.errors import ResultError
from analyzer.result.judged import (
    Decision,
    DeclaredDoc,
    Finding,
    RuleDoc,
    Score,
    UndecidedRule,
    WaiversDoc,
)
from analyzer.result.observed import (
    ApiCallDoc,
    AppDoc,
    ClipboardDoc,
    ComponentDoc,
    DecoderDoc,
    EndpointDoc,
    FlowDoc,
    GapDoc,
    LibraryDoc,
    NativeDoc,
    OtherHostDoc,
    PayloadDoc,
    PermissionDoc,
    SecretDoc,
)

SCHEMA_VERSION = 3


class CoverageDoc(Struct, frozen=True):
    """How much of the code was read (``share`` in whole permille), every gap, and the rules that it leaves undecided."""

    dex_read: int
    dex_total: int
    methods: int
    instructions: int
    share: int
    gaps: tuple[GapDoc, ...]
    undecided: tuple[UndecidedRule, ...] = ()


class Provenance(Struct, frozen=True):
    """What produced the result. ``timings`` (CPU ms by stage) is None with ``--reproducible``.

    ``waivers_digest`` is None when no waivers were given.
    """

    tool_version: str
    ruleset_digest: str
    policy_digest: str
    watch_digest: str
    platform_api_level: int | None
    waivers_digest: str | None = None
    timings: dict[str, int] | None = None


class CatalogDoc(Struct, frozen=True):
    """Where the app stands among the ``apps`` of the catalog that it was judged in, and in its ``group`` there.

    Percentiles are how many whole percent have a lower score, or reach fewer ``categories`` of personal data; None: nothing to
    compare with. ``same_signer`` are other packages with one of its certificates; the others count, by name, the other packages
    that have this library or host.
    """

    apps: int
    group: str | None
    score_percentile: int | None
    score_percentile_in_group: int | None
    categories: int
    categories_percentile: int | None
    categories_percentile_in_group: int | None
    same_signer: tuple[str, ...]
    same_libraries: dict[str, int]
    same_hosts: dict[str, int]


class Result(Struct, frozen=True):
    """The whole document, in the key order of DESIGN section 9."""

    schema_version: int
    app: AppDoc
    permissions: tuple[PermissionDoc, ...] | None
    components: tuple[ComponentDoc, ...] | None
    api_calls: tuple[ApiCallDoc, ...] | None
    clipboard: tuple[ClipboardDoc, ...] | None
    flows: tuple[FlowDoc, ...] | None
    libraries: tuple[LibraryDoc, ...] | None
    endpoints: tuple[EndpointDoc, ...] | None
    secrets: tuple[SecretDoc, ...] | None
    native: tuple[NativeDoc, ...] | None
    payloads: tuple[PayloadDoc, ...] | None
    findings: tuple[Finding, ...] | None
    rules: dict[str, RuleDoc] | None
    waivers: WaiversDoc | None
    declared: DeclaredDoc | None
    score: Score | None
    decision: Decision
    catalog: CatalogDoc | None
    coverage: CoverageDoc
    provenance: Provenance
    other_hosts: tuple[OtherHostDoc, ...] | None = None
    decoders: tuple[DecoderDoc, ...] | None = None


def encode_result(result: Result) -> bytes:
    """*result* as JSON, indented by two spaces, with keys in document order and a final newline."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def decode_result(data: bytes, where: str = "") -> Result:
    """A saved result. Raises ``ResultError`` when *data* is not one, or of another schema version."""
    try:
        result = msgspec.json.decode(data, type=Result)
    except msgspec.DecodeError as error:
        raise ResultError(
            f"not a saved result: {error}", where=where, mend="Give a file that 'scan -o json=FILE' wrote."
        ) from None
    if result.schema_version != SCHEMA_VERSION:
        raise ResultError(
            f"saved result has schema version {result.schema_version}, this apkvet reads {SCHEMA_VERSION}", where=where
        )
    return result


def load_result(path: Path) -> Result:
    """Read a saved result. Raises ``ResultError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultError(f"cannot be read: {error.strerror}", where=str(path)) from None
    return decode_result(data, str(path))


def load_results(paths: Iterable[Path]) -> Iterator[Result]:
    """The saved results in files (one document, or one a line) and in the ``.json`` files of folders. Raises ``ResultError``."""
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise ResultError("holds no saved results", where=str(path), mend="Make some: apkvet scan APP... -o json=DIR/.")
        for file in files:
            try:
                data = file.read_bytes()
            except OSError as error:
                raise ResultError(f"cannot be read: {error.strerror}", where=str(file)) from None
            lines = data.splitlines()
            if len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines):
                yield from (decode_result(line, f"{file}:{number}") for number, line in enumerate(lines, start=1))
            else:
                yield decode_result(data, str(file))


def result_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a result, as published in ``reports/result.schema.json``."""
    schema = msgspec.json.schema(Result)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "apkvet result", **schema}
