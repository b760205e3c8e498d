"""What a lint can see of a rule: its form, its prose, its examples, names that nothing has, and rules that are one too many."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from analyzer.engine import Rule, RuleSet, run_examples
from analyzer.engine.pattern_schema import CallPattern, ClipboardPattern, PermissionPattern, Text
from analyzer.engine.plans import leaves
from analyzer.engine.ruleset import is_draft
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import load_permissions
from analyzer.platform.watch import load_watch
from analyzer.resources import rules_dir

_SHORTEST_PROSE = 10
_LONGEST_TITLE = 80


class Known(Struct, frozen=True):
    """Names that rules may use: references by scheme, what is looked for (methods, fields' prefixes), permissions."""

    references: Mapping[str, frozenset[str]]
    apis: tuple[str, ...]
    permissions: frozenset[str]


def load_known() -> Known:
    """The names of the tables that apkvet ships."""
    references: dict[str, set[str]] = {"url": set()}
    for scheme, id_, _, _ in read_table(rules_dir() / "knowledge/references.tsv", ("scheme", "id", "meaning", "source")):
        references.setdefault(scheme, set()).add(id_)
    watch = load_watch()
    fields = tuple(f"{group.prefix.rstrip(';')};->{group.name or 'CONTENT_URI'}" for group in watch.fields)
    return Known(
        {scheme: frozenset(ids) for scheme, ids in references.items()},
        (*watch.methods, *fields),
        frozenset(load_permissions()),
    )


def lint(rule: Rule, ruleset: RuleSet, known: Known) -> Iterator[str]:
    """What is wrong or missing in *rule*, one sentence each."""
    yield from _form(rule, ruleset, known)
    yield from _prose(rule)
    for expected in ("match", "no match"):
        if not any(example.expect == expected for example in rule.examples):
            yield f"no example shows a {expected!r}"
    for proof in run_examples(rule, ruleset):
        if not proof.right:
            yield f"example {proof.example.name!r} should give {proof.example.expect!r} and gives {proof.came_out!r}"
    yield from _names(rule, known)
    yield from _twins(rule, ruleset)


def _form(rule: Rule, ruleset: RuleSet, known: Known) -> Iterator[str]:
    path = ruleset.paths.get(rule.id)
    if path is not None and path.parent.name != rule.category and not is_draft(path):
        yield f"the category {rule.category!r} is not the folder's name {path.parent.name!r}"
    if not rule.references:
        yield "there are no references"
    for scheme, ids in rule.references.items():
        if scheme not in known.references:
            yield f"the reference scheme {scheme!r} is not one of {', '.join(sorted(known.references))}"
            continue
        for id_ in ids:
            if scheme != "url" and id_ not in known.references[scheme]:
                yield f"{scheme} has no {id_!r}{_near(id_, known.references[scheme])}"


def _near(name: str, names: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _prose(rule: Rule) -> Iterator[str]:
    for name in rule.docs.__struct_fields__:
        if len(getattr(rule.docs, name).strip()) < _SHORTEST_PROSE:
            yield f"docs.{name} says nothing"
    if rule.title.endswith(".") or not rule.title[:1].isupper():
        yield "the title is to be a sentence without a full stop"
    if len(rule.title) > _LONGEST_TITLE:
        yield f"the title is longer than {_LONGEST_TITLE} characters"


def _names(rule: Rule, known: Known) -> Iterator[str]:
    """Names that cannot match anything."""
    for pattern in leaves(rule.match):
        if isinstance(pattern, (CallPattern, ClipboardPattern)):
            for api in _values(pattern.api):
                if "*" in api and not _matches_any(api, known.apis):
                    yield f"{api!r} matches nothing that is looked for"
        elif isinstance(pattern, PermissionPattern):
            for name in _values(pattern.name):
                if name.startswith("android.permission.") and "*" not in name and name not in known.permissions:
                    yield f"Android has no permission {name!r}{_near(name, known.permissions)}"


def _values(text: Text | None) -> list[str]:
    return [] if text is None else [text] if isinstance(text, str) else list(text)


def _matches_any(glob: str, apis: tuple[str, ...]) -> bool:
    """Whether a pattern with ``*`` fits one of the APIs, which may stand without a prototype."""
    regex = re.compile("".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", glob)), re.DOTALL)
    return any(regex.fullmatch(api) or regex.fullmatch(f"{api}(") or regex.fullmatch(f"{api}()V") for api in apis)


def _twins(rule: Rule, ruleset: RuleSet) -> Iterator[str]:
    """Two rules of one folder and category that differ in nothing, or in one list of names, are one rule."""
    shape, names = _anatomy(rule)
    folder = ruleset.paths[rule.id].parent
    for other in ruleset.rules:
        if other.id < rule.id and other.category == rule.category and ruleset.paths[other.id].parent == folder:
            other_shape, other_names = _anatomy(other)
            if shape == other_shape:
                apart = sum(a != b for a, b in zip(names, other_names, strict=True))
                if apart == 0:
                    yield f"the condition is that of {other.id!r}"
                elif apart == 1:
                    yield f"only one list is different from {other.id!r}: make it one rule"


# Fields whose values are names, of which any may be listed. What is of a closed enumeration (a category, a trigger, an
# operation) is another question, not another name.
_NAME_FIELDS = frozenset(
    {
        "name", "api", "value", "permission", "action", "data", "authority", "process", "foreground_service_type",
        "owner_name", "not_owner_name", "on_behalf_of_name", "entry_point", "not_entry_point", "guard", "host", "url",
        "imports", "exports", "names", "uses", "country", "not_country", "vendor", "group", "level", "package",
    }
)  # fmt: skip


def _anatomy(rule: Rule) -> tuple[object, list[object]]:
    """The condition with its names taken out, and the names in order."""
    names: list[object] = []

    def taken_out(node: object, field: str = "") -> object:
        if field in _NAME_FIELDS and isinstance(node, (str, list)):
            names.append(sorted([node] if isinstance(node, str) else node))
            return "names"
        if isinstance(node, dict):
            return {key: taken_out(value, key) for key, value in node.items() if value is not None}
        if isinstance(node, list):
            return [taken_out(item) for item in node]
        return node

    shape = taken_out(msgspec.to_builtins(rule.match))
    return (rule.scope, shape), names
