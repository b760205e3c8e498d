"""A CycloneDX 1.6 bill of materials: the app and the libraries in it.

Where libraries were not looked for by their own stage, those are listed whose code was recognised as an owner of calls, and a
property of the document says that the list is not complete.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, BinaryIO

from analyzer import __version__
from analyzer.reporting.look import Look
from analyzer.reporting.sanitize import clean, json_safe
from analyzer.reporting.summary import Call
from analyzer.result import Result

if TYPE_CHECKING:
    from cyclonedx.model.component import Component


def present(result: Result, out: BinaryIO, _look: Look) -> None:
    """Write the bill of materials of *result*. The serial number is derived from the package: one result, one document."""
    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    app = result.app
    subject = Component(
        name=clean(app.package or app.file, 200),
        version=clean(app.version_name, 100) if app.version_name else None,
        type=ComponentType.APPLICATION,
        bom_ref="app",
        description=clean(app.label, 200) if app.label else None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=app.sha256)] if app.sha256 else [],
    )
    tool = Component(name="apkvet", version=__version__, type=ComponentType.APPLICATION, bom_ref="apkvet")
    metadata = BomMetaData(component=subject, properties=[Property(name="apkvet:libraries", value=_completeness(result))])
    metadata.tools.components.add(tool)
    metadata.timestamp = None  # type: ignore[assignment]  # optional in the format: a result renders to the same bytes always
    bom = Bom(
        metadata=metadata,
        components=_libraries(result),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"apkvet:{app.sha256 or app.file!r}"),
    )
    bom.register_dependency(subject, list(bom.components))
    out.write(json_safe(JsonV1Dot6(bom).output_as_string(indent=2)).encode("utf-8", "replace") + b"\n")


def _completeness(result: Result) -> str:
    return "detected" if result.libraries is not None else "not-looked-for: only owners of watched calls"


def _libraries(result: Result) -> list[Component]:
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.contact import OrganizationalEntity

    if result.libraries is None:
        calls: list[Call] = [*(result.api_calls or ()), *(result.clipboard or ())]
        names = sorted({call.owner.name for call in calls if call.owner.kind == "library"})
        return [
            Component(name=clean(name, 200), type=ComponentType.LIBRARY, bom_ref=f"library-{number}")
            for number, name in enumerate(names)
        ]
    return [
        Component(
            name=clean(library.name, 200),
            version=clean(library.version, 100) if library.version else None,
            type=ComponentType.LIBRARY,
            bom_ref=f"library-{number}",
            supplier=OrganizationalEntity(name=clean(library.vendor, 200)) if library.vendor else None,
        )
        for number, library in enumerate(result.libraries)
    ]
