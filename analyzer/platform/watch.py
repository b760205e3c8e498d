"""What is looked for: watched methods and fields, the constants that decide what a call is about, and what calls need.

Built from ``rules/watch`` (curated, by category), ``rules/knowledge`` (permission overlay and categories) and the
platform's permission map. The digest over all of it is part of every observation: a rule can only ask for what was
looked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.facts import ApiCall, Category, ClipboardAccess, ClipboardOperation
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import DATA, ApiNeed, load_api_needs
from analyzer.resources import rules_dir

Operation = ClipboardOperation | Literal["watch-removal"]
NeedMode = Literal["all", "any", "any?", "value"]
_CATEGORIES = frozenset(get_args(Category))
_OPERATIONS = frozenset({*get_args(ClipboardOperation), "watch-removal", ""})


class Need(Struct, frozen=True, array_like=True):
    """One requirement: which permissions, how many of them, on which devices, says who.

    ``mode``: ``all`` of them; ``any`` one; ``any?`` one or none, depending on circumstances; ``value`` an argument
    decides. ``solid`` needs can show that a permission is used without being declared; the others only that it is used.
    """

    permissions: tuple[str, ...]
    mode: NeedMode
    source: str
    min_device: int | None = None
    max_device: int | None = None
    conditional: bool = False

    @property
    def solid(self) -> bool:
        """Whether the call cannot work without it."""
        return self.mode in ("all", "any") and not self.conditional


class ArgumentRule(Struct, frozen=True, array_like=True):
    """A constant argument that decides the category, and what the call then needs."""

    index: int
    match: Literal["exact", "prefix"]
    value: str
    category: Category | None
    needs: tuple[Need, ...] = ()

    def matches(self, arguments: Mapping[int, str]) -> bool:
        """Whether the constant *arguments* satisfy this rule."""
        value = arguments.get(self.index)
        if value is None:
            return False
        return value == self.value if self.match == "exact" else value.startswith(self.value)


class WatchedApi(Struct, frozen=True, array_like=True):
    """A watched method, ``Lx;->name`` for every overload or with its prototype for one.

    ``arguments`` are the parameters whose constants are wanted; with ``only_with_argument`` a call is a fact only when a
    rule matches.
    """

    key: str
    category: Category | None = None
    operation: Operation | None = None
    arguments: tuple[int, ...] = ()
    only_with_argument: bool = False
    rules: tuple[ArgumentRule, ...] = ()


class FieldGroup(Struct, frozen=True, array_like=True):
    """Static fields whose reading is a fact: those of classes that start with ``prefix``, or one ``name`` of a class."""

    prefix: str
    name: str | None
    category: Category
    needs: tuple[Need, ...] = ()


class Watch:
    """Everything that is looked for. ``methods`` by key, ``fields`` as groups, ``needs`` by descriptor or key, ``strings``."""

    def __init__(self, methods: Mapping[str, WatchedApi], fields: tuple[FieldGroup, ...], needs: Needs, digest: str) -> None:
        self.strings: tuple[str, ...] = ()
        self.methods = methods
        self.fields = fields
        self.needs = needs
        self.digest = digest

    def field(self, descriptor: str) -> FieldGroup | None:
        """The group of the static field ``Lx;->NAME``, or None."""
        holder, _, name = descriptor.partition("->")
        for group in self.fields:
            if holder.startswith(group.prefix) and (group.name == name or (group.name is None and "URI" in name)):
                return group
        return None

    def needs_of(self, call: ApiCall | ClipboardAccess) -> list[Need]:
        """What *call* needs: by its exact descriptor, its key, its field group and its constant arguments."""
        needs = [*self.needs.by_api.get(call.api, ()), *self.needs.by_api.get(call.api.partition("(")[0], ())]
        if "(" not in call.api:
            group = self.field(call.api)
            return needs + list(group.needs if group else ())
        if isinstance(call, ApiCall) and call.arg:
            api = self.methods.get(call.api) or self.methods.get(call.api.partition("(")[0])
            rule = matching_rule(api, {a.index: a.value for a in call.arg}) if api else None
            needs += rule.needs if rule else ()
        return needs


class Needs(Struct, frozen=True, array_like=True):
    """Permission needs: ``by_api`` of descriptors, keys and fields, ``by_manifest_action`` of receivers' filters."""

    by_api: Mapping[str, tuple[Need, ...]]
    by_manifest_action: Mapping[str, tuple[Need, ...]]


def matching_rule(api: WatchedApi, arguments: Mapping[int, str]) -> ArgumentRule | None:
    """The first of the API's argument rules that the constants satisfy."""
    return next((rule for rule in api.rules if rule.matches(arguments)), None) if arguments else None


def extended(watch: Watch, names: Collection[str], mark: str = "string ") -> Watch:
    """*watch* and these methods (``Lx;->name``, with or without its prototype), of no category, and, behind *mark*, texts.

    Its digest tells so.
    """
    texts = tuple(sorted(name.removeprefix(mark) for name in names if name.startswith(mark)))
    extra = {api: WatchedApi(api) for api in sorted(names) if api not in watch.methods and not api.startswith(mark)}
    if not extra and not texts:
        return watch
    digest = hashlib.sha256("\0".join([watch.digest, *extra, "", *texts]).encode("utf-8", "surrogatepass")).hexdigest()
    more = Watch({**watch.methods, **extra}, watch.fields, watch.needs, digest)
    more.strings = texts
    return more


def load_watch(rules: Path | None = None) -> Watch:
    """Read the watch list from *rules* (default: the built-in folder). Raises ``RuleError``."""
    folder = rules or rules_dir()
    digest = _digest(folder)
    joined = kept("watch", _Joined, (digest.encode(),), _CODE, lambda: _joined(folder))
    by_api = {api: joined.groups[group] for api, group in joined.by_api.items()}
    methods = {api.key: api for api in joined.methods}
    return Watch(methods, joined.fields, Needs(by_api, joined.by_manifest_action), digest)


class _Joined(Struct, frozen=True, array_like=True):
    """A watch list as it is kept: thousands of APIs have the needs of some hundred ``groups``, so ``by_api`` numbers these."""

    methods: tuple[WatchedApi, ...]
    fields: tuple[FieldGroup, ...]
    groups: tuple[tuple[Need, ...], ...]
    by_api: dict[str, int]
    by_manifest_action: dict[str, tuple[Need, ...]]


_CODE = ("platform/watch.py", "platform/knowledge.py", "platform/tables.py", "facts/model.py")


def _joined(rules: Path) -> _Joined:
    overlay = list(
        read_table(
            rules / "knowledge/permission_overlay.tsv",
            ("kind", "subject", "mode", "permissions", "min_device", "max_device", "source"),
        )
    )
    actions = _grouped((row[1], _overlay_need(row)) for row in overlay if row[0] == "action")
    providers, fields = _providers(rules)
    methods = _curated(rules, _argument_rules(rules, actions), _uri_rules(rules, providers))
    map_needs = load_api_needs()
    columns = ("permission", "category", "source")
    categories = {name: category for name, category, _ in read_table(rules / "knowledge/permission_categories.tsv", columns)}
    for descriptor, need in map_needs.items():
        if descriptor.partition("(")[0] not in methods:
            category = next((categories[p] for p in need.permissions if p in categories), None)
            methods[descriptor] = WatchedApi(descriptor, _category(category, "permission_categories.tsv"))
    by_api = _grouped((row[1], _overlay_need(row)) for row in overlay if row[0] in ("api", "field"))
    for descriptor, need in map_needs.items():
        by_api[descriptor] = (*by_api.get(descriptor, ()), _map_need(need))
    by_manifest_action = _grouped((row[1], _overlay_need(row)) for row in overlay if row[0] == "manifest-action")
    groups = {needs: number for number, needs in enumerate(dict.fromkeys(by_api.values()))}
    numbers = {api: groups[needs] for api, needs in by_api.items()}
    return _Joined(tuple(methods.values()), fields, tuple(groups), numbers, by_manifest_action)


def _digest(rules: Path) -> str:
    """SHA-256 over the bytes of every table that decides what is looked for."""
    digest = hashlib.sha256()
    for path in (
        *sorted((rules / "watch").glob("*.tsv")),
        *sorted((rules / "knowledge").glob("*.tsv")),
        DATA / "api_needs.msgpack.z",
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _category(name: str | None, where: str) -> Category | None:
    if name and name not in _CATEGORIES:
        raise RuleError(f"unknown category {name!r}", where=where, mend=f"Known: {', '.join(sorted(_CATEGORIES))}.")
    return cast(Category, name) if name else None


def _known(name: str, where: str) -> Category:
    category = _category(name, where)
    if category is None:
        raise RuleError("a category is missing", where=where)
    return category


def _grouped(pairs: Iterable[tuple[str, Need]]) -> dict[str, tuple[Need, ...]]:
    grouped: dict[str, list[Need]] = {}
    for key, need in pairs:
        grouped.setdefault(key, []).append(need)
    return {key: tuple(needs) for key, needs in grouped.items()}


def _overlay_need(row: tuple[str, ...]) -> Need:
    _, _, mode, permissions, low, high, source = row
    return Need(
        tuple(permissions.split(",")),
        cast(NeedMode, mode),
        source,
        int(low) if low else None,
        int(high) if high else None,
    )


def _map_need(need: ApiNeed) -> Need:
    return Need(need.permissions, cast(NeedMode, need.mode), need.source, conditional=bool(need.conditional))


def _argument_rules(rules: Path, actions: Mapping[str, tuple[Need, ...]]) -> dict[str, list[ArgumentRule]]:
    found: dict[str, list[ArgumentRule]] = {}
    path = rules / "watch/arguments.tsv"
    for api, index, match, value, category, _ in read_table(path, ("api", "index", "match", "value", "category", "source")):
        kind = cast(Literal["exact", "prefix"], match)
        rule = ArgumentRule(int(index), kind, value, _category(category, str(path)), actions.get(value, ()))
        found.setdefault(api, []).append(rule)
    return found


class _Provider(Struct, frozen=True):
    """A content provider: URI prefix, prefix of its contract classes, and the permissions it asks for."""

    category: Category
    uri: str
    field_class: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    source: str

    def needs(self, access: str) -> tuple[Need, ...]:
        """What reading (R) or writing (W) takes. Only for a known access can a need be more than a hint."""
        permissions = self.read if access == "R" else self.write if access == "W" else self.read + self.write
        return (Need(permissions, "any?", self.source),) if permissions else ()


def _providers(rules: Path) -> tuple[list[_Provider], tuple[FieldGroup, ...]]:
    path = rules / "watch/providers.tsv"
    providers = [
        _Provider(
            _known(category, str(path)),
            uri,
            field_class,
            tuple(filter(None, read.split("|"))),
            tuple(filter(None, write.split("|"))),
            source,
        )
        for category, uri, field_class, read, write, source in read_table(
            path, ("category", "uri", "field_class", "read", "write", "source")
        )
    ]
    groups = [FieldGroup(p.field_class, None, p.category, p.needs("R")) for p in providers if p.field_class]
    path = rules / "watch/fields.tsv"
    for category, field, _ in read_table(path, ("category", "field", "source")):
        holder, _, name = field.partition("->")
        groups.append(FieldGroup(holder, name, _known(category, str(path))))
    return providers, tuple(sorted(groups, key=lambda group: (group.name is None, -len(group.prefix))))


def _uri_rules(rules: Path, providers: list[_Provider]) -> dict[str, list[ArgumentRule]]:
    """Argument rules of methods that take a content URI: by the text of the URI or by the contract's field."""
    found: dict[str, list[ArgumentRule]] = {}
    by_length = sorted(providers, key=lambda p: (-len(p.uri), p.uri))
    by_class = sorted((p for p in providers if p.field_class), key=lambda p: (-len(p.field_class), p.field_class))
    for api, argument, access, _ in read_table(rules / "watch/uri_methods.tsv", ("api", "argument", "access", "source")):
        index = int(argument)
        found[api] = [ArgumentRule(index, "prefix", p.uri, p.category, p.needs(access)) for p in by_length]
        found[api] += [ArgumentRule(index, "prefix", p.field_class, p.category, p.needs(access)) for p in by_class]
    return found


def _curated(
    rules: Path, by_argument: Mapping[str, list[ArgumentRule]], by_uri: Mapping[str, list[ArgumentRule]]
) -> dict[str, WatchedApi]:
    path = rules / "watch/apis.tsv"
    methods = {}
    columns = ("category", "api", "emit", "operation", "arguments", "source")
    for category, api, emit, operation, arguments, _ in read_table(path, columns):
        if operation not in _OPERATIONS or emit not in ("always", "matched") or api in methods:
            raise RuleError(f"the row of {api} has an unknown emit or operation, or is there twice", where=str(path))
        methods[api] = WatchedApi(
            api,
            _category(category, str(path)),
            cast(Operation, operation) if operation else None,
            tuple(int(index) for index in arguments.split(",") if index),
            emit == "matched",
            (*by_argument.get(api, ()), *by_uri.get(api, ())),
        )
    for api in (*by_argument, *by_uri):
        if api not in methods:
            raise RuleError(f"a rule names {api}, which is not in the table of watched methods", where=str(path))
    return methods
