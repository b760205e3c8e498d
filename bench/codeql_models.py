"""Builds the rows of ``rules/flow/models.tsv`` that come from CodeQL's models-as-data, and leaves all others alone.

    python bench/codeql_models.py FACTS_DIR

FACTS_DIR holds ``taint/codeql_summaries.tsv`` (CodeQL's summaries for Java and Android, MIT: method in simple Java types, input,
output, kind, provenance, subclasses). A converted row is written only where no own row speaks of the method, in its class or above:
own rows know keys, order and identity, which CodeQL's do not. A method of which CodeQL says something of lambdas is left out: half of
what it does is worse than the engine's default. Only classes of the platform are taken, the bodies of libraries are in the package, and
not those of ``ELSEWHERE``.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import load_members

SOURCE = "CodeQL models-as-data (MIT)"
COLUMNS = ("method", "from", "to", "kind", "key", "labels", "source")
PLATFORM = ("Landroid/", "Ljava/", "Ljavax/", "Lorg/json/", "Lorg/apache/http/", "Lorg/xml/", "Lorg/w3c/")
# Reflection and threads are the engine's own; of notifications CodeQL follows the intents alone, of databases the injections.
ELSEWHERE = (
    *("Ljava/lang/reflect/", "Ljava/lang/Class;", "Ljava/lang/ClassLoader;", "Ljava/lang/Thread;", "Ljava/lang/Runtime;"),
    *("Ljava/util/concurrent/Executor", "Ljava/util/prefs/", "Ljava/sql/", "Landroid/app/Notification"),
)
_TYPE = re.compile(r"\[*(?:[ZBSCIJFDV]|L[^;]+;)")
_PLAIN = {
    "Z": "boolean",
    "B": "byte",
    "S": "short",
    "C": "char",
    "I": "int",
    "J": "long",
    "F": "float",
    "D": "double",
    "V": "void",
}
_PART = re.compile(r"\.(\w+)(?:\[([^\]]+)\])?")
_ANY_PART = {"Element": "*", "ArrayElement": "*", "MapValue": "*", "MapKey": '"keys"'}

Row = tuple[str, ...]


def main(facts: Path) -> None:
    """Write the table anew."""
    path = Path(__file__).resolve().parents[1] / "rules/flow/models.tsv"
    own = [tuple(cell or "-" for cell in row) for row in read_table(path, COLUMNS) if row[-1] != SOURCE]
    spoken = {api.partition("(")[0] for api, *_ in own}
    methods: dict[str, list[Row]] = {}
    lambdas: set[str] = set()
    for line in (facts / "taint/codeql_summaries.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        signature, source, target, kind, _, _ = line.split("\t")
        for api in resolved(signature):
            if re.search(r"Parameter|\.ReturnValue|With(out)?Element", source + target):
                lambdas.add(api)
            elif not any(f"{cls}->{api.partition('->')[2].partition('(')[0]}" in spoken for cls in above(api.partition("->")[0])):
                fitting = (effect for effect in effects(source, target, kind) if fits(api, effect))
                methods.setdefault(api, []).extend((api, *effect, SOURCE) for effect in fitting)
    taken = {api: rows for api, rows in methods.items() if api not in lambdas}
    converted = [row for rows in taken.values() for row in finished(rows)]
    rows = sorted([*own, *converted], key=lambda row: (row[0].partition("->")[0], row[0]))
    path.write_text("\n".join("\t".join(row) for row in [COLUMNS, *rows]) + "\n", encoding="utf-8")
    print(f"{len(own)} own rows, {len(converted)} from CodeQL for {len(taken)} methods")


def resolved(signature: str) -> Iterator[str]:
    """The methods of the platform that ``Lx;->name(Simple,int)`` means, as descriptors; ``(*)`` means the bare name."""
    cls, _, member = signature.partition("->")
    name, _, types = member.partition("(")
    if not cls.startswith(PLATFORM) or cls.startswith(ELSEWHERE):
        return
    simple = cls[1:-1].rpartition("/")[2].rpartition("$")[2]
    name = "<init>" if name == simple else name
    wanted = types.rstrip(")")
    holders = (cls,) if name == "<init>" else above(cls)
    known = {m for holder in holders for m in MEMBERS.get(holder, ()) if m.partition("(")[0] == name}
    if wanted == "*":
        if known:
            yield f"{cls}->{name}"
        return
    for found in sorted(known):
        parameters = found.partition("(")[2].partition(")")[0]
        if ",".join(map(simple_name, _TYPE.findall(parameters))) == wanted.replace("...", "[]"):
            yield f"{cls}->{found}"


def fits(api: str, effect: Row) -> bool:
    """Whether an overload has as many parameters as the row names."""
    cls, _, member = api.partition("->")
    shapes = {m for holder in above(cls) for m in MEMBERS.get(holder, ()) if member in (m, m.partition("(")[0])}
    most = max(len(_TYPE.findall(shape.partition("(")[2].partition(")")[0])) for shape in shapes)
    return all(int(number) < most for cell in effect[:2] for number in re.findall(r"arg(\d+)", cell))


@functools.cache
def above(cls: str) -> tuple[str, ...]:
    """The class and what is above it."""
    found = [cls]
    for current in found:
        found.extend(x for x in HIERARCHY.supertypes(current) if x not in found)
    return tuple(found)


def simple_name(type_: str) -> str:
    """``[Ljava/lang/String;`` as ``String[]``."""
    plain = type_.lstrip("[")
    name = _PLAIN.get(plain) or plain[1:-1].rpartition("/")[2]
    return name + "[]" * (len(type_) - len(plain))


def effects(source: str, target: str, kind: str) -> Iterator[Row]:
    """Cells from, to, kind, key, labels of the rows that one summary becomes."""
    if kind == "neutral":
        yield "-", "-", "none", "-", "-"
        return
    for origin, from_key in terms(source):
        for goal, to_key in terms(target):
            exact = kind == "value" and source.count(".") < 2 and target.count(".") < 2
            if goal == "result.element":
                yield "-", "result", "new", "-", "-"
            if from_key and to_key and from_key != to_key:
                yield origin, goal.replace(".element", ".content"), "taint", from_key, "-"
            else:
                yield origin, goal, "copy" if exact and goal != "this" else "taint", from_key or to_key or "-", "-"


def terms(place: str) -> list[tuple[str, str]]:
    """``Argument[0..1].MapValue`` as values with their keys; what is deeper than one part is the part."""
    head = re.match(r"Argument\[([^\]]+)\]|ReturnValue", place)
    if head is None:
        raise ValueError(place)
    bases = ["result"] if head[1] is None else [b for piece in head[1].split(",") for b in spread(piece)]
    part = _PART.match(place, head.end())
    if part is None:
        return [(base, "") for base in bases]
    if part[1] in _ANY_PART:
        return [(f"{base}.element", _ANY_PART[part[1]]) for base in bases]
    name = part[2].rpartition(".")[2]
    return [(f"{base}.element", f'"{name}"') for base in bases]


def spread(piece: str) -> list[str]:
    if piece == "this":
        return ["this"]
    low, _, high = piece.partition("..")
    return [f"arg{n}" for n in range(int(low), int(high or low) + 1)]


def finished(rows: list[Row]) -> list[Row]:
    """Without repetitions, the new result first, and nothing beside 'nothing flows'."""
    once = list(dict.fromkeys(rows))
    flowing = [row for row in once if row[3] != "none"]
    return sorted(flowing or once, key=lambda row: row[3] != "new")


MEMBERS = load_members()
HIERARCHY = load_hierarchy()

if __name__ == "__main__":
    main(Path(sys.argv[1]))
