"""Which watched APIs a native library can reach through JNI, by the texts that it must hold for that.

JNI finds a class, a method and its overload by texts: ``android/content/ClipboardManager``, ``getPrimaryClip``,
``()Landroid/content/ClipData;``. A library that holds all three *can* make the call; one that lacks one of them cannot, unless it
puts texts together while it runs. The class may be asked of an object instead (``GetObjectClass``): it need not be named where no
other class of the platform has a method of that name and the overload names a type of Android. Where the category depends on an
argument, its text must be there, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from functools import cached_property

from msgspec import Struct

from analyzer.facts import Argument, Category
from analyzer.platform.tables import PlatformMembers, load_members
from analyzer.platform.watch import ArgumentRule, Operation, Watch, WatchedApi

# JNI is reflection: that a library can look up classes says nothing about it.
_LEFT_OUT = frozenset({"reflection"})


class NamedApi(Struct, frozen=True):
    """A watched API that a library names: its descriptor, what it touches, and the text that stands for it."""

    api: str
    category: Category | None
    operation: Operation | None
    arguments: tuple[Argument, ...]
    text: bytes


class ApiNames:
    """The watched methods and fields by the texts that JNI needs for them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._members = PlatformMembers()
        self._by_name: dict[bytes, list[WatchedApi]] = {}
        for key, api in watch.methods.items():
            if api.category not in _LEFT_OUT and api.operation != "watch-removal":
                name = key.partition("->")[2].partition("(")[0]
                self._by_name.setdefault(name.encode(), []).append(api)
        self._prefixes = tuple({group.prefix[1:].removesuffix(";").encode() for group in watch.fields})

    def named(self, texts: Set[bytes], signatures: Set[bytes]) -> list[NamedApi]:
        """What a library that holds *texts* can reach, by descriptor; *signatures* are those of *texts* that are some."""
        names = self._by_name.keys() & texts if signatures else ()
        found = {api.api: api for name in names for api in self._methods(name, texts)}
        found |= {api.api: api for api in self._fields(texts)}
        return [found[api] for api in sorted(found)]

    def _methods(self, name: bytes, texts: Set[bytes]) -> Iterator[NamedApi]:
        for api in self._by_name[name]:
            holder, _, member = api.key.partition("->")
            is_named = holder[1:-1].encode() in texts
            prototypes = {member[member.index("(") :]} if "(" in member else self._prototypes(holder, member)
            for prototype in sorted(prototypes):
                if prototype.encode() in texts and (is_named or self._shows_class(name.decode(), prototype)):
                    yield from self._as_argued(api, f"{holder}->{name.decode()}{prototype}", name, texts)

    def _shows_class(self, name: str, prototype: str) -> bool:
        return "Landroid/" in prototype and name in self._only_in_one_class

    @cached_property
    def _only_in_one_class(self) -> frozenset[str]:
        """The names of methods that exactly one class of the platform has."""
        holders = Counter(name for members in load_members().values() for name in {m.partition("(")[0] for m in members})
        return frozenset(name for name, classes in holders.items() if classes == 1)

    def _prototypes(self, holder: str, name: str) -> set[str]:
        members = self._members.of(holder)
        return {member.removeprefix(name) for member in members if member.startswith(f"{name}(")}

    def _as_argued(self, api: WatchedApi, descriptor: str, name: bytes, texts: Set[bytes]) -> Iterator[NamedApi]:
        rule = next((rule for rule in api.rules if _names_argument(rule, texts)), None) if api.only_with_argument else None
        if api.only_with_argument and rule is None:
            return
        category = rule.category if rule is not None and rule.category is not None else api.category
        arguments = (Argument(rule.index, rule.value),) if rule is not None else ()
        yield NamedApi(descriptor, category, api.operation, arguments, name)

    def _fields(self, texts: Set[bytes]) -> Iterator[NamedApi]:
        """Content URIs and other watched static fields: class, field and type."""
        if b"Landroid/net/Uri;" not in texts and b"Ljava/lang/String;" not in texts:
            return
        fields = {b"SERIAL"} | {text for text in texts if len(text) <= 40 and text.endswith(b"_URI") and text.isascii()}
        for cls in sorted(text for text in texts if text.startswith(self._prefixes)):
            for field in sorted(fields & texts):
                group = self._watch.field(f"L{cls.decode('ascii', 'replace')};->{field.decode()}")
                kind = b"Ljava/lang/String;" if field == b"SERIAL" else b"Landroid/net/Uri;"
                if group is not None and kind in texts:
                    yield NamedApi(f"L{cls.decode()};->{field.decode()}", group.category, None, (), field)


def _names_argument(rule: ArgumentRule, texts: Set[bytes]) -> bool:
    wanted = rule.value.encode()
    if rule.match == "exact":
        return wanted in texts
    return wanted.startswith(b"content:") and any(text.startswith(wanted) for text in texts)
