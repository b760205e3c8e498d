"""XML documents and resource tables of a package, in whichever of two forms it holds them.

APKs hold binary XML and ``resources.arsc``, bundles protocol buffers. Which it is follows from the package and never from the
bytes: a document that reads differently in both forms must be read as Android reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.container import Package, Part
from analyzer.errors import FormatError
from analyzer.formats.arsc import Resources
from analyzer.formats.axml import XmlElement, parse_axml


def parse_document(package: Package, name: str, problems: list[str] | None = None) -> XmlElement:
    """The root element of the XML document *name*; how it deviates is added to *problems*. Raises ``FormatError``."""
    data = package.read(name)
    if package.kind != "bundle":
        return parse_axml(data, problems)
    from analyzer.formats.proto_xml import parse_proto_xml

    return parse_proto_xml(data)


def resource_table(package: Package, data: bytes | None) -> Resources:
    """The resource table with the bytes *data*."""
    if package.kind != "bundle":
        return Resources(data)
    from analyzer.formats.proto_resources import ProtoResources

    return ProtoResources(data)


class Tables:
    """The resource tables of all parts, asked one after another: a reference of one part may lead into another."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._known: dict[str, Resources] = {}

    def resolve(self, value: str | None) -> str | None:
        """*value* itself, or what it refers to; None when that is unknown."""
        if value is None or not value.startswith("@"):
            return value
        return next((found for part in self._package.parts if (found := self._of(part).resolve(value)) is not None), None)

    def problems(self) -> Iterator[tuple[str, str]]:
        """The names of tables that could not be read, with the reason."""
        return ((name, table.problem) for name, table in self._known.items() if table.problem)

    def _of(self, part: Part) -> Resources:
        known = self._known.get(part.resources)
        if known is None:
            data, problem = None, None
            if self._package.has(part.resources):
                try:
                    data = self._package.read(part.resources)
                except FormatError as error:
                    problem = str(error)
            known = self._known[part.resources] = resource_table(self._package, data)
            known.problem = problem
        return known
