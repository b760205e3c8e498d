"""The two walks over a method's objects against each other, and single instructions' effects."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.formats.dex import DexFile, open_dex
from analyzer.program.graph.objects import MethodObjects, Origin, Use

SAMPLES = Path(__file__).parents[3] / "samples"
PACKAGES = [*sorted((SAMPLES / "clipbench/apk").glob("r8-*.apk")), *sorted((SAMPLES / "apk").glob("*.apk"))]


def dex_files(path: Path) -> Iterator[DexFile]:
    if path.suffix == ".dex":
        yield from open_dex(path.name, path.read_bytes())
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".dex"):
                yield from open_dex(name, archive.read(name))


def arguments(objects: MethodObjects) -> Iterator[tuple[int, int, frozenset[Origin]]]:
    for at in objects.invokes():
        for position in range(len(objects.code.call(at).registers)):
            yield at, position, objects.at(at, position)


@pytest.mark.parametrize("path", [*PACKAGES, *sorted((SAMPLES / "dex").glob("*.dex"))], ids=lambda path: path.name)
def test_what_goes_back_from_an_argument_comes_forward_to_it(path: Path) -> None:
    """Origins found backwards from each argument are exactly those whose uses, found forwards, name the argument."""
    compared = 0
    for dex in dex_files(path):
        for item in range(len(dex.items.start)):
            objects = MethodObjects(dex, item)
            named: dict[tuple[int, int], set[Origin]] = {}
            origins = {origin for _, _, found in arguments(objects) for origin in found}
            for origin in origins | set(objects.origins()):
                for use in objects.uses(origin):
                    if use.kind == "arg":
                        named.setdefault((use.at, use.value), set()).add(origin)
            for at, position, found in arguments(objects):
                followed = {origin for origin in found if origin.kind != "int"}
                assert named.get((at, position), set()) == followed, (dex.name, item, at, position)
                compared += 1
    assert compared or "038" in path.name


EXPECTED: list[tuple[str, int, list[set[tuple[str, object]]]]] = [
    ("straight()V", 2, [{("string", "text")}, {("int", 7)}]),
    ("moved()V", 5, [{("cast", 3)}, {("int", -1)}]),
    ("overwritten(I)V", 2, [{("string", "second")}, {("param", 0)}]),
    ("same_on_both_ways(I)V", 6, [{("string", "both")}, {("int", 1)}]),
    ("other_on_one_way(I)V", 4, [{("string", "one"), ("string", "other")}, {("int", 1)}]),
    ("loop(I)V", 3, [{("string", "kept")}, set()]),  # the number was added to on every way
    ("changed_in_loop(I)V", 2, [{("string", "first"), ("string", "later")}, set()]),
    ("parameter(Ljava/lang/String;)V", 1, [{("param", 0)}, {("int", 3)}]),
    ("handed_through(I)V", 3, [{("call", 1)}, {("param", 0)}]),
    ("wide_before(J)V", 1, [{("param", 0)}, {("param", 1)}, {("int", 5)}]),
    ("half_of_a_pair_is_no_constant(Ljava/lang/String;)V", 2, [{("param", 0)}, set()]),
    ("after_handler(I)V", 3, [{("string", "before"), ("string", "after")}, {("param", 0)}]),
    ("switched(I)V", 5, [{("string", "case")}, {("int", 1)}]),
]


@pytest.mark.parametrize(("method", "at", "expected"), EXPECTED, ids=[method for method, _, _ in EXPECTED])
def test_where_arguments_come_from(method: str, at: int, expected: list[set[tuple[str, object]]]) -> None:
    (dex,) = dex_files(SAMPLES / "dex/constants-035.dex")
    items = {
        dex.pools.method_member(int(dex.methods.method[row])): item
        for item in range(len(dex.items.start))
        for row in dex.methods_of_item(item)
    }
    objects = MethodObjects(dex, items[method])
    found = [
        {(o.kind, dex.pools.string(o.value) if o.kind == "string" else o.value) for o in objects.at(at, position)}
        for position in range(len(expected))
    ]
    assert found == expected


def test_a_cast_ends_one_origin_and_begins_another() -> None:
    (dex,) = dex_files(SAMPLES / "dex/constants-035.dex")
    moved = next(
        item
        for item in range(len(dex.items.start))
        if dex.pools.method_member(int(dex.methods.method[dex.methods_of_item(item)[0]])) == "moved()V"
    )
    objects = MethodObjects(dex, moved)
    (text,) = (origin for origin in objects.origins() if origin.kind == "string")
    assert [(use.kind, use.at) for use in objects.uses(text)] == [("cast", 3)]
    assert objects.uses(Origin("cast", 3)) == (Use("arg", 5, 0),)
