"""Loads rule files into a set that is known to make sense: ids, references, patterns, messages."""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer.engine.plans import Plan, Planner, children, leaves, references
from analyzer.engine.schema import Condition, Rule
from analyzer.errors import RuleError, nearest
from analyzer.kept import kept
from analyzer.yamlfile import load_yaml

_NOT_RULES = frozenset({"policies", "watch", "knowledge", "lists"})
_NURSERY = "nursery"
PLACEHOLDERS = frozenset({"count", "owner", "apis"})


class RuleSet:
    """Rules in an order in which each stands behind the rules it refers to, and the digest of their files."""

    def __init__(self, rules: Sequence[Rule], files: Mapping[str, str], digest: str) -> None:
        self.rules = tuple(rules)
        self.by_id = {rule.id: rule for rule in rules}
        self.files = files
        self.digest = digest
        self.extra_apis: frozenset[str] = frozenset()
        self.watch_digest: str | None = None

    def names_beyond(self, watched: Collection[str]) -> frozenset[str]:
        """The APIs that rules name exactly and that are not among the *watched* (``Lx;->name``, with or without prototype)."""
        named = {api for plan in self.plans for api in plan.names}
        return frozenset(api for api in named if api not in watched and api.partition("(")[0] not in watched)

    def looked_for(self, extra_apis: frozenset[str], watch_digest: str) -> RuleSet:
        """The same rules, knowing what is looked for: a watch list with this digest, which has *extra_apis* for their sake."""
        known = copy.copy(self)
        known.extra_apis, known.watch_digest = extra_apis, watch_digest
        return known

    def unwatched(self, watch_digest: str) -> frozenset[str]:
        """The APIs that were not looked for in an observation made with the watch list of this digest."""
        return frozenset() if watch_digest == self.watch_digest else self.extra_apis

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The file of each rule."""
        return {rule_id: Path(file) for rule_id, file in self.files.items()}

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The rules made ready for matching, in the order of ``rules``."""
        planner = Planner()
        return tuple(planner.plan(rule) for rule in self.rules)

    @cached_property
    def referred(self) -> frozenset[str]:
        """The rules that others refer to."""
        return frozenset(reference for plan in self.plans for reference in plan.references)

    def plan(self, rule_id: str) -> Plan:
        """The plan of one rule."""
        return next(plan for plan in self.plans if plan.rule.id == rule_id)

    def needed_by(self, rule_id: str) -> frozenset[str]:
        """The rules that *rule_id* refers to, directly or through others."""
        found: set[str] = set()
        todo = [*self.plan(rule_id).references]
        while todo:
            reference = todo.pop()
            if reference not in found:
                found.add(reference)
                todo += self.plan(reference).references
        return frozenset(found)

    def get(self, rule_id: str) -> Rule:
        """The rule with this id. Raises ``RuleError`` that names the nearest one."""
        rule = self.by_id.get(rule_id)
        if rule is None:
            raise RuleError(f"there is no rule {rule_id!r}", mend=nearest(rule_id, self.by_id, "See 'apkvet rules list'."))
        return rule


class NamedList(Struct, frozen=True, forbid_unknown_fields=True):
    """Values that several rules share; a rule writes ``list:NAME`` for them."""

    why: str
    values: list[str]


def load_lists(folders: Sequence[Path]) -> dict[str, list[str]]:
    """The lists in ``lists/NAME.yaml`` of all *folders*; a later one replaces one of the same name. Raises ``RuleError``."""
    return {path.stem: load_yaml(path, NamedList).values for folder in folders for path in sorted(folder.glob("lists/*.yaml"))}


def is_draft(path: Path) -> bool:
    """Whether a rule file lies in a nursery."""
    return _NURSERY in path.parts[:-1]


def rule_files(folder: Path, *, drafts: bool = False) -> list[Path]:
    """The rule files below *folder*: ``<category>/<id>.yaml``, and with *drafts* those in ``nursery``."""
    return [Path(name) for name in _rule_names(folder, drafts)]


def _rule_names(folder: Path, drafts: bool) -> list[str]:
    skipped = _NOT_RULES if drafts else _NOT_RULES | {_NURSERY}
    found = []
    for name, folders, files in os.walk(folder):
        folders[:] = [inner for inner in folders if inner not in skipped]
        found += [f"{name}/{file}" for file in files if file.endswith(".yaml")]
    return sorted(found)


class _Checked(Struct, frozen=True):
    """Rules that are known to make sense, in their order, as they are kept."""

    rules: tuple[Rule, ...]
    paths: dict[str, str]
    digest: str


_CODE = ("engine/ruleset.py", "engine/schema.py", "engine/pattern_schema.py", "engine/plans.py", "facts/model.py", "yamlfile.py")


def load_ruleset(folders: Sequence[Path], *, drafts: bool = False) -> RuleSet:
    """The rules of all *folders*; a rule of a later folder replaces one with the same id. *drafts*: the nurseries, too.

    Raises ``RuleError`` for the first file that is wrong: form, id, placeholders, references, cycles.
    """
    checked = kept("rules", _Checked, _sources(folders, drafts), _CODE, lambda: _checked(folders, drafts))
    return RuleSet(checked.rules, checked.paths, checked.digest)


def _sources(folders: Sequence[Path], drafts: bool) -> Iterator[bytes]:
    """The names and bytes of all files of a rule set."""
    for folder in folders:
        # Hundreds of files at every start: by their names, since making a Path costs as much as reading.
        for name in [*sorted(map(str, folder.glob("lists/*.yaml"))), *_rule_names(folder, drafts)]:
            yield os.fsencode(name)
            with open(name, "rb") as file:  # noqa: PTH123
                yield file.read()
        yield b"drafts" if drafts else b""


def _checked(folders: Sequence[Path], drafts: bool) -> _Checked:
    rules: dict[str, Rule] = {}
    paths: dict[str, Path] = {}
    lists = load_lists(folders)
    for folder in folders:
        if not folder.is_dir():
            raise RuleError("is not a folder of rules", where=str(folder), mend="Give a folder with <category>/<id>.yaml files.")
        here: dict[str, Path] = {}
        for path in rule_files(folder, drafts=drafts):
            rule = load_rule(path, lists)
            if rule.id in here:
                raise RuleError(f"the id {rule.id!r} is also in {here[rule.id]}", where=str(path))
            here[rule.id] = path
            rules[rule.id] = rule
        paths.update(here)
    digest = hashlib.sha256(msgspec.json.encode(lists, order="deterministic"))
    for rule_id in sorted(rules):
        digest.update(rule_id.encode() + b"\0" + paths[rule_id].read_bytes() + b"\0")
    return _Checked(tuple(_ordered(rules, paths)), {rule_id: str(path) for rule_id, path in paths.items()}, digest.hexdigest())


def load_rule(path: Path, lists: Mapping[str, Sequence[str]]) -> Rule:
    """One rule file, checked by itself. Raises ``RuleError``."""
    rule = load_yaml(path, Rule, lists)
    if rule.id != path.stem:
        raise RuleError(f"the id {rule.id!r} is not the file's name", where=str(path), mend=f"Name the file {rule.id}.yaml.")
    for placeholder in _placeholders(rule.message, path):
        if placeholder not in PLACEHOLDERS:
            known = ", ".join(sorted(PLACEHOLDERS))
            raise RuleError(
                f"the message holds the unknown placeholder {{{placeholder}}}", where=str(path), mend=f"Known: {known}."
            )
    _check(rule.match, path, "$.match", under_all=False)
    if not list(leaves(rule.match)) and not list(references(rule.match)):
        raise RuleError("the condition looks at no fact", where=str(path))
    return rule


def _placeholders(message: str, path: Path) -> Iterator[str]:
    from string import Formatter

    try:
        yield from (name for _, name, _, _ in Formatter().parse(message) if name is not None)
    except ValueError as error:
        raise RuleError(f"the message is malformed: {error}", where=str(path)) from None


def _check(condition: Condition, path: Path, at: str, *, under_all: bool) -> None:
    """Exactly one field in each node; ``not`` only under ``all``, beside something that is not ``not``."""
    given = [name for name in condition.__struct_fields__ if getattr(condition, name) is not None]
    if len(given) != 1:
        found = ", ".join(name.rstrip("_") for name in given) or "none"
        raise RuleError(f"a condition needs exactly one kind at {at}, it has: {found}", where=str(path))
    if condition.not_ is not None and not under_all:
        raise RuleError(f"'not' may stand only under 'all' at {at}", where=str(path))
    if condition.all is not None and all(child.not_ is not None for child in condition.all):
        raise RuleError(f"'all' needs something besides 'not' at {at}", where=str(path))
    if condition.any is not None and not condition.any:
        raise RuleError(f"'any' is empty at {at}", where=str(path))
    if condition.at_least is not None and not 1 <= condition.at_least.count <= len(condition.at_least.of):
        raise RuleError(f"'count' must be from 1 to the number of conditions at {at}", where=str(path))
    for name, child in children(condition):
        _check(child, path, f"{at}.{name}", under_all=condition.all is not None)


def _ordered(rules: Mapping[str, Rule], paths: Mapping[str, Path]) -> list[Rule]:
    """Rules behind the ones they refer to. Raises ``RuleError`` for an unknown reference or a cycle."""
    done: dict[str, Rule] = {}
    open_: list[str] = []

    def visit(rule_id: str) -> None:
        if rule_id in done:
            return
        if rule_id in open_:
            cycle = " -> ".join([*open_[open_.index(rule_id) :], rule_id])
            raise RuleError(f"rules refer to each other in a circle: {cycle}", where=str(paths[rule_id]))
        open_.append(rule_id)
        for reference in references(rules[rule_id].match):
            if reference not in rules:
                mend = nearest(reference, rules)
                raise RuleError(f"refers to the unknown rule {reference!r}", where=str(paths[rule_id]), mend=mend)
            visit(reference)
        open_.pop()
        done[rule_id] = rules[rule_id]

    for rule_id in sorted(rules):
        visit(rule_id)
    return list(done.values())
