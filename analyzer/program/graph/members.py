"""Which classes and interfaces, of the package or the platform, declare a method."""

from __future__ import annotations

from functools import cached_property

from analyzer.platform.tables import PlatformMembers, load_method_names
from analyzer.program.hierarchy import Hierarchy

_OBJECT = "Ljava/lang/Object;"


class Members:
    """Look-ups of members, as ``name(parameters)return``, over the package's classes and the platform's public API."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._declaring: dict[tuple[str, str], frozenset[str]] = {}
        self._below: dict[tuple[str, frozenset[str]], bool] = {}

    @cached_property
    def platform_names(self) -> frozenset[str]:
        """The names of all methods, constructors apart, of the platform's public API."""
        return load_method_names()

    @cached_property
    def _platform(self) -> PlatformMembers:
        return PlatformMembers()

    def of_platform(self, cls: str) -> frozenset[str]:
        """What *cls*, a class of the platform, declares."""
        return self._platform.of(cls)

    def declares(self, cls: str, member: str) -> bool:
        """Whether *cls* itself declares *member*."""
        return member in self._platform.of(cls) or member in self._hierarchy.members(cls)

    def of_object(self, member: str) -> bool:
        """Whether java.lang.Object declares *member*."""
        return member in self._platform.of(_OBJECT)

    def in_platform(self, cls: str, member: str) -> bool:
        """Whether *cls* is a class of the platform that declares *member*."""
        return member in self._platform.of(cls)

    def in_platform_above(self, cls: str, member: str) -> bool:
        """Whether a class or interface of the platform above *cls* declares *member*."""
        return any(member in self._platform.of(each) for each in self._hierarchy.ancestors(cls)[1:])

    def declaring(self, cls: str, member: str) -> frozenset[str]:
        """The classes and interfaces above *cls*, itself included, that declare *member*."""
        key = (cls, member)
        known = self._declaring.get(key)
        if known is None:
            above = self._hierarchy.ancestors(cls)
            known = self._declaring[key] = frozenset(each for each in above if self.declares(each, member)) | {cls}
        return known

    def below(self, cls: str, roots: frozenset[str]) -> bool:
        """Whether *cls* is, or inherits from, one of *roots*: their members can be called on it."""
        key = (cls, roots)
        known = self._below.get(key)
        if known is None:
            known = self._below[key] = not roots.isdisjoint(self._hierarchy.ancestors(cls))
        return known
