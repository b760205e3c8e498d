"""AndroidManifest.xml, typed: identity, permissions, components and the application's settings.

Names are resolved as Android does: class names against the package, labels and versions through the resource table,
``exported`` by the implicit rule. Source of defaults: AOSP ParsingPackageUtils and ParsedComponentUtils, and
https://developer.android.com/guide/topics/manifest/manifest-intro.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from analyzer.container import Package
from analyzer.container.heads import head_of, missing_parts
from analyzer.errors import FormatError, PackageError
from analyzer.facts import ComponentKind, Gap, IntentFilter, Place
from analyzer.formats.axml import XmlElement
from analyzer.program.documents import Tables, parse_document
from analyzer.program.network_security import NetworkSecurity, read_network_security

_MANIFEST = "AndroidManifest.xml"
_COMPONENTS: tuple[ComponentKind, ...] = ("activity", "activity-alias", "service", "receiver", "provider")
# android:protectionLevel (R.attr.protectionLevel): the base in the low four bits, then flags.
_LEVELS = {0: "normal", 1: "dangerous", 2: "signature", 3: "signatureOrSystem", 4: "internal"}
# android:foregroundServiceType (R.attr.foregroundServiceType).
_SERVICE_TYPES = (
    "dataSync", "mediaPlayback", "phoneCall", "location", "connectedDevice", "mediaProjection", "camera", "microphone",
    "health", "remoteMessaging", "systemExempted", "shortService", "fileManagement", "mediaProcessing",
)  # fmt: skip
_SPECIAL_USE = 1 << 30


_LAUNCHER = "android.intent.category.LAUNCHER"


class UsesPermission(Struct, frozen=True):
    """One ``<uses-permission>``; ``max_sdk`` its maxSdkVersion, ``min_sdk`` 23 for ``<uses-permission-sdk-23>``."""

    name: str
    max_sdk: int | None = None
    min_sdk: int | None = None


class CustomPermission(Struct, frozen=True):
    """A permission that the app defines."""

    name: str
    protection_level: str = "normal"
    group: str | None = None


class ManifestComponent(Struct, frozen=True):
    """One component; ``name`` is the class, or of an alias its own name with the class in ``target``."""

    kind: ComponentKind
    name: str
    enabled: bool = True
    exported: bool = False
    permission: str | None = None
    read_permission: str | None = None
    write_permission: str | None = None
    process: str | None = None
    target: str | None = None
    authorities: tuple[str, ...] = ()
    foreground_service_type: str | None = None
    grant_uri_permissions: bool = False
    filters: tuple[IntentFilter, ...] = ()


class Application(Struct, frozen=True):
    """The ``<application>`` element's settings; booleans carry Android's defaults for the app's target SDK.

    ``cleartext_stated`` is what the manifest itself says of unencrypted traffic, None where it says nothing.
    """

    name: str | None = None
    label: str | None = None
    debuggable: bool = False
    allow_backup: bool = True
    backup_rules: bool = False
    cleartext: bool = True
    cleartext_stated: bool | None = None
    test_only: bool = False
    request_legacy_external_storage: bool = False
    has_code: bool = True
    component_factory: str | None = None
    backup_agent: str | None = None


class Manifest(Struct, frozen=True):
    """The whole manifest. SDK levels as declared; ``min_sdk`` 1 and ``target_sdk`` = ``min_sdk`` where absent.

    ``split`` is the name of a split that is looked at by itself; ``splits`` are those that belong to the package, whose
    components and settings are among the others. ``ignored_permissions``: only splits ask for them, where Android does not look.
    """

    package: str
    version_name: str | None
    version_code: int | None
    min_sdk: int
    max_sdk: int | None
    target_sdk: int
    application: Application
    uses_permissions: tuple[UsesPermission, ...]
    permissions: tuple[CustomPermission, ...]
    components: tuple[ManifestComponent, ...]
    features: tuple[str, ...]
    queries: tuple[str, ...]
    shared_user_id: str | None
    split: str | None
    instrumentation: tuple[str, ...]
    network_security: NetworkSecurity | None
    metadata: dict[str, str] = {}
    splits: tuple[str, ...] = ()
    ignored_permissions: tuple[str, ...] = ()

    def main_classes(self) -> list[str]:
        """The classes that are the app's own unless a library claims them: the application and what the launcher shows."""
        launched = [
            component.target or component.name
            for component in self.components
            for one in component.filters
            if _LAUNCHER in one.categories
        ]
        return [name for name in (self.application.name, self.application.component_factory, *launched) if name]


class _Reader(Struct, frozen=True):
    """What resolving attributes needs."""

    package: str
    resources: Tables

    def text(self, element: XmlElement, name: str) -> str | None:
        return self.resources.resolve(element.get(name))

    def number(self, element: XmlElement, name: str) -> int | None:
        value = self.text(element, name)
        try:
            return None if value is None else int(value, 0)
        except ValueError:
            return None

    def flag(self, element: XmlElement, name: str, default: bool) -> bool:
        value = self.text(element, name)
        return default if value is None else value.lower() not in ("false", "0", "0x0", "0x00000000")

    def class_name(self, element: XmlElement, name: str = "name") -> str | None:
        value = self.text(element, name)
        if not value:
            return None
        if value.startswith("."):
            return self.package + value
        return value if "." in value else f"{self.package}.{value}"


def read_manifest(package: Package) -> tuple[Manifest, list[Gap]]:
    """The manifest of an open package, and what of it could not be read.

    Raises ``PackageError`` when there is neither a readable manifest nor code: then nothing can be said of it. Of code alone,
    which Android refuses, it is told what it does, and that nothing is known to start it.
    """
    problems: list[str] = []
    try:
        root = parse_document(package, package.parts[0].manifest, problems)
    except FormatError as error:
        why = f"has an unreadable manifest: {error}"
        if not package.dex_names():
            raise PackageError(why, where=str(package.path), mend="Fetch the package again.") from None
        return _without_manifest(package, why)
    gaps = [_gap(problem) for problem in problems]
    if root.tag != "manifest":
        gaps.append(_gap(f"The root element is <{root.tag}>, not <manifest>."))
    tables = Tables(package)
    reader = _Reader(root.get("package") or "", tables)
    if not reader.package:
        gaps.append(_gap("The manifest states no package name."))
    if package.kind == "apk":
        gaps += missing_parts(head_of(root), [])
    manifest = _with_splits(_read(reader, root, package, gaps), reader, root, package, gaps)
    for name, problem in tables.problems():
        gaps.append(Gap("bad-resources", problem, could_hide="Labels and values.", at=Place(name)))
    return manifest, gaps


def _with_splits(manifest: Manifest, reader: _Reader, root: XmlElement, package: Package, gaps: list[Gap]) -> Manifest:
    """*manifest* with what the splits add: components and settings, and nothing else.

    Android looks at the ``<application>`` of a split alone, as a continuation of the base's (AOSP ParsingPackageUtils,
    parseSplitApk and parseSplitApplication): permissions and features count where the base asks for them.
    """
    if len(package.parts) == 1:
        return manifest
    base = root.find("application") or XmlElement("application")
    components, metadata, asked = list(manifest.components), dict(manifest.metadata), dict[str, None]()
    for part in package.parts[1:]:
        try:
            split = parse_document(package, part.manifest)
        except FormatError as error:
            why = f"The manifest of the split {part.name} cannot be read: {error}"
            gaps.append(Gap("bad-manifest", why, could_hide="Components.", at=Place(part.manifest)))
            continue
        asked.update((name, None) for element in split.findall("uses-permission") if (name := element.get("name")))
        element = split.find("application")
        if element is not None:
            continued = XmlElement("application", base.attributes, element.children)
            components += _components(reader, continued, manifest.target_sdk)
            metadata |= _metadata(reader, element)
    granted = {permission.name for permission in manifest.uses_permissions}
    return msgspec.structs.replace(
        manifest,
        components=tuple(dict.fromkeys(components)),
        metadata=metadata,
        splits=package.splits,
        ignored_permissions=tuple(name for name in asked if name not in granted),
    )


def _without_manifest(package: Package, why: str) -> tuple[Manifest, list[Gap]]:
    """What is left of a package whose manifest cannot be read: nothing that it declares."""
    root = XmlElement("manifest")
    told = f"The package {why}; Android refuses that, and of its code alone is told."
    hides = "Everything that the package declares, and what starts its code."
    gap = Gap("unreadable", told, could_hide=hides, would_lift="An undamaged copy of the package.", at=Place(_MANIFEST))
    return _read(_Reader("", Tables(package)), root, package, []), [gap]


def _gap(why: str) -> Gap:
    return Gap("bad-manifest", why, could_hide="Components and permissions.", at=Place(_MANIFEST))


def _read(reader: _Reader, root: XmlElement, package: Package, gaps: list[Gap]) -> Manifest:
    sdk = root.find("uses-sdk") or XmlElement("uses-sdk")
    min_sdk = reader.number(sdk, "minSdkVersion") or 1
    target_sdk = reader.number(sdk, "targetSdkVersion") or min_sdk
    element = root.find("application")
    if element is None and root.get("split") is None and root.find("instrumentation") is None:
        gaps.append(_gap("There is no <application> element."))
    element = element or XmlElement("application")
    application = _read_application(reader, element, target_sdk)
    return Manifest(
        package=reader.package,
        version_name=reader.text(root, "versionName"),
        version_code=_version_code(reader, root),
        min_sdk=min_sdk,
        max_sdk=reader.number(sdk, "maxSdkVersion"),
        target_sdk=target_sdk,
        application=application,
        uses_permissions=tuple(_uses_permissions(reader, root)),
        permissions=tuple(_custom_permissions(reader, root)),
        components=tuple(_components(reader, element, target_sdk)),
        features=tuple(name for feature in root.findall("uses-feature") if (name := feature.get("name"))),
        queries=tuple(_queries(root)),
        shared_user_id=root.get("sharedUserId"),
        split=root.get("split"),
        instrumentation=tuple(name for child in root.findall("instrumentation") if (name := reader.class_name(child))),
        network_security=_network_security(reader, element, package, gaps),
        metadata=_metadata(reader, element),
    )


def _metadata(reader: _Reader, application: XmlElement) -> dict[str, str]:
    """The application's ``<meta-data>`` by name, as text."""
    found = {}
    for child in application.findall("meta-data"):
        name, value = child.get("name"), reader.text(child, "value")
        if name and value:
            found[name] = value
    return found


def _version_code(reader: _Reader, root: XmlElement) -> int | None:
    """versionCodeMajor holds the high 32 bits (R.attr.versionCodeMajor)."""
    low = reader.number(root, "versionCode")
    high = reader.number(root, "versionCodeMajor") or 0
    return None if low is None else high << 32 | low & 0xFFFFFFFF


def _read_application(reader: _Reader, element: XmlElement, target_sdk: int) -> Application:
    return Application(
        name=reader.class_name(element),
        label=reader.text(element, "label"),
        debuggable=reader.flag(element, "debuggable", default=False),
        allow_backup=reader.flag(element, "allowBackup", default=True),
        backup_rules=element.get("fullBackupContent") is not None or element.get("dataExtractionRules") is not None,
        # Cleartext is permitted by default up to targetSdk 27 (R.attr.usesCleartextTraffic).
        cleartext=reader.flag(element, "usesCleartextTraffic", default=target_sdk < 28),
        cleartext_stated=reader.flag(element, "usesCleartextTraffic", True) if element.get("usesCleartextTraffic") else None,
        test_only=reader.flag(element, "testOnly", default=False),
        request_legacy_external_storage=reader.flag(element, "requestLegacyExternalStorage", default=False),
        has_code=reader.flag(element, "hasCode", default=True),
        component_factory=reader.class_name(element, "appComponentFactory"),
        backup_agent=reader.class_name(element, "backupAgent"),
    )


def _uses_permissions(reader: _Reader, root: XmlElement) -> Iterator[UsesPermission]:
    seen = set()
    for tag, min_sdk in (("uses-permission", None), ("uses-permission-sdk-23", 23), ("uses-permission-sdk-m", 23)):
        for element in root.findall(tag):
            name = reader.text(element, "name")
            permission = UsesPermission(name or "", reader.number(element, "maxSdkVersion"), min_sdk)
            if name and permission not in seen:
                seen.add(permission)
                yield permission


def _custom_permissions(reader: _Reader, root: XmlElement) -> Iterator[CustomPermission]:
    for element in root.findall("permission"):
        name = reader.text(element, "name")
        level = reader.number(element, "protectionLevel") or 0
        if name:
            yield CustomPermission(name, _LEVELS.get(level & 0xF, "normal"), reader.text(element, "permissionGroup"))


def _components(reader: _Reader, application: XmlElement, target_sdk: int) -> Iterator[ManifestComponent]:
    app_enabled = reader.flag(application, "enabled", default=True)
    app_permission = reader.text(application, "permission")
    app_process = reader.text(application, "process")
    for element in application.children:
        if element.tag not in _COMPONENTS:
            continue
        kind: ComponentKind = element.tag
        filters = tuple(_filter(reader, child) for child in element.findall("intent-filter"))
        permission = reader.text(element, "permission") or app_permission
        yield ManifestComponent(
            kind=kind,
            name=reader.class_name(element) or "",
            enabled=app_enabled and reader.flag(element, "enabled", default=True),
            exported=reader.flag(element, "exported", default=_exported_by_default(kind, filters, target_sdk)),
            permission=permission,
            read_permission=(reader.text(element, "readPermission") or permission) if kind == "provider" else None,
            write_permission=(reader.text(element, "writePermission") or permission) if kind == "provider" else None,
            process=_process(reader.text(element, "process") or app_process, reader.package),
            target=reader.class_name(element, "targetActivity"),
            authorities=tuple((reader.text(element, "authorities") or "").split(";")) if kind == "provider" else (),
            foreground_service_type=_service_types(reader.number(element, "foregroundServiceType")),
            grant_uri_permissions=reader.flag(element, "grantUriPermissions", default=False),
            filters=filters,
        )


def _exported_by_default(kind: str, filters: tuple[IntentFilter, ...], target_sdk: int) -> bool:
    """Providers are exported by default below targetSdk 17, everything else when it has an intent filter.

    From targetSdk 31 a component with a filter must say; Android refuses to install one that does not.
    """
    return target_sdk < 17 if kind == "provider" else bool(filters)


def _process(name: str | None, package: str) -> str | None:
    """A name that starts with ':' is private to the app."""
    return package + name if name and name.startswith(":") else name


def _service_types(flags: int | None) -> str | None:
    if not flags:
        return None
    names = [name for bit, name in enumerate(_SERVICE_TYPES) if flags & 1 << bit]
    return "|".join([*names, "specialUse"] if flags & _SPECIAL_USE else names) or None


def _filter(reader: _Reader, element: XmlElement) -> IntentFilter:
    def names(tag: str) -> tuple[str, ...]:
        return tuple(name for child in element.findall(tag) if (name := reader.text(child, "name")))

    return IntentFilter(names("action"), names("category"), tuple(_data(reader, child) for child in element.findall("data")))


def _data(reader: _Reader, element: XmlElement) -> str:
    """One ``<data>`` element as ``scheme://host:port/path`` or as its MIME type."""
    parts = {name: reader.text(element, name) or "" for name in ("scheme", "host", "port", "mimeType")}
    paths = ("path", "pathPrefix", "pathPattern", "pathAdvancedPattern", "pathSuffix")
    path = next((value for name in paths if (value := reader.text(element, name))), "")
    host = parts["host"] + (f":{parts['port']}" if parts["port"] else "")
    uri = (f"{parts['scheme']}://" if parts["scheme"] else "") + host + path
    return uri or parts["mimeType"]


def _queries(root: XmlElement) -> Iterator[str]:
    """What ``<queries>`` makes visible: package names, intent actions with data, provider authorities."""
    for queries in root.findall("queries"):
        for child in queries.children:
            if child.tag == "intent":
                yield "intent:" + ",".join(a.get("name") or "" for a in child.findall("action"))
            elif name := child.get("name") or child.get("authorities"):
                yield f"{child.tag}:{name}"


def _network_security(reader: _Reader, application: XmlElement, package: Package, gaps: list[Gap]) -> NetworkSecurity | None:
    value = application.get("networkSecurityConfig")
    if value is None:
        return None
    stated = reader.text(application, "networkSecurityConfig")
    path = None if stated is None else package.find(stated)
    if path is None:
        gaps.append(_gap(f"The network security configuration {value} was not found."))
        return None
    try:
        return read_network_security(parse_document(package, path))
    except FormatError as error:
        gaps.append(Gap("bad-resources", str(error), could_hide="Which hosts may be spoken to in cleartext.", at=Place(path)))
        return None
