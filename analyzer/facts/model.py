"""The vocabulary: what can be said about a package, as frozen values.

A leaf: it knows neither DEX nor rules. Each kind of fact is one struct; its first field is what the fact is
about and prints without a name (``analyzer.facts.text``). Everything else has a default, so that a rule's
example can state only what matters. Enumerations are closed ``Literal`` types: a typo is a type error here and
a refused value in text and JSON.
"""

from typing import Literal

from msgspec import Struct

OwnerKind = Literal["app", "library", "unknown"]
Via = Literal["direct", "inherited", "reflection", "native", "script"]
Confidence = Literal["present", "reachable", "flow"]
Severity = Literal["info", "low", "medium", "high", "critical"]
ComponentKind = Literal["activity", "activity-alias", "service", "receiver", "provider"]
TriggerKind = Literal[
    "paste-menu",
    "user-action",
    "lifecycle",
    "window-focus",
    "keystroke",
    "clipboard-change",
    "timer",
    "service",
    "receiver",
    "provider",
    "input-method",
    "accessibility",
    "notification-listener",
    "web-bridge",
    "unknown",
    "unreachable",
]
EndpointKind = Literal["host", "mail", "link", "credit"]
ClipboardOperation = Literal["read", "peek", "watch", "write", "clear", "mark-sensitive"]

# What data or capability an API call touches. The data categories come first, the means after them.
Category = Literal[
    "location",
    "contacts",
    "calendar",
    "call-log",
    "messages",
    "phone-ids",
    "advertising-id",
    "accounts",
    "camera",
    "microphone",
    "screen-capture",
    "media-files",
    "installed-apps",
    "usage-stats",
    "sensors-health",
    "nearby-devices",
    "notifications",
    "accessibility",
    "clipboard",
    "user-input",
    "telephony",
    "device-settings",
    "network",
    "webview",
    "ipc",
    "dynamic-code",
    "reflection",
    "native-code",
    "process-execution",
]

# Where a call that passes data on takes it. ``ipc``: other apps; ``storage``: the app's own preferences and databases.
Destination = Literal[
    "network",
    "messages",
    "process-execution",
    "ipc",
    "files",
    "logs",
    "webview",
    "clipboard",
    "storage",
]

# The runtimes whose code a package may carry beside DEX. ``web``: pages and scripts that a WebView shows.
PayloadKind = Literal[
    "react-native",
    "hermes",
    "cordova",
    "capacitor",
    "web",
    "flutter",
    "unity-il2cpp",
    "unity-mono",
    "dotnet",
]

# What was done to data on its way.
Label = Literal["hashed", "encrypted", "encoded"]

GapKind = Literal[
    "unreadable",
    "bad-container",
    "bad-manifest",
    "bad-resources",
    "bad-dex",
    "bad-code",
    "bad-signature",
    "duplicate-entry",
    "split",
    "nested",
    "too-large",
    "overlapping-code",
    "unsupported-dex",
    "encrypted",
    "reflection",
    "hidden-text",
    "dynamic-code",
    "native",
    "payload",
    "packed",
    "opaque",
    "budget",
    "stage-not-run",
    "not-watched",
]

# One sentence for each kind of gap: what it is, in words a manager can read.
GAP_SENTENCES: dict[GapKind, str] = {
    "unreadable": "The package, or its manifest, could not be read.",
    "bad-container": "The package file deviates from the ZIP format; some entries may be missing.",
    "bad-manifest": "Part of the manifest could not be read.",
    "bad-resources": "The resource table could not be read; labels and configuration files may be missing.",
    "bad-dex": "A DEX file could not be read.",
    "bad-code": "Some methods could not be decoded.",
    "bad-signature": "The signature could not be read.",
    "duplicate-entry": "An entry name occurs more than once; Android refuses such packages since version 4.4.",
    "split": "A part of the app is missing, does not fit the others, or was left out.",
    "nested": "A package within the package was not looked into, or not all of it.",
    "too-large": "Something was larger than apkvet's limits and was left out.",
    "overlapping-code": "Methods share overlapping code; a disassembler sees only one reading of it.",
    "unsupported-dex": "A DEX file has a version that apkvet does not know.",
    "encrypted": "An entry is marked as encrypted.",
    "reflection": "Code is called by names that are computed while the app runs.",
    "hidden-text": "Texts are hidden behind a decoder that could not be evaluated.",
    "dynamic-code": "Code is loaded while the app runs; it is not part of the package.",
    "native": "What native code does was not followed.",
    "payload": "Code of another runtime was not analysed.",
    "packed": "The package carries marks of a packer that hides code.",
    "opaque": "A file is encrypted or compressed in a way that apkvet does not know.",
    "budget": "The analysis stopped at its budget.",
    "stage-not-run": "A stage of the analysis was not run.",
    "not-watched": "A rule asks for something that was not looked for when the package was scanned.",
}


class Place(Struct, frozen=True, order=True):
    """Where in a package: a file, optionally a method in it and an offset.

    ``file`` is the path in the package (``classes2.dex``; ``split_fr.apk!classes.dex`` when nested).
    ``method`` is a DEX descriptor. ``offset`` counts 16-bit code units from the method's start, as dexdump
    prints ``|0012:``, or bytes of the file where there is no method.
    """

    file: str
    method: str | None = None
    offset: int | None = None


class Owner(Struct, frozen=True, order=True):
    """Whose code: the app's own, a named library's, or unknown."""

    kind: OwnerKind
    name: str = ""


class Argument(Struct, frozen=True, order=True):
    """A constant argument of a call: ``index`` counts declared parameters from 0, the receiver not included."""

    index: int
    value: str


class IntentFilter(Struct, frozen=True, order=True):
    """One intent filter of a component; ``data`` holds ``scheme://host/path`` patterns and MIME types."""

    actions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


class PermissionUse(Struct, frozen=True, order=True):
    """Where a permission is used: whose code, whether an entry point reaches it (None: not computed)."""

    owner: Owner
    place: Place | None = None
    api: str = ""
    reachable: bool | None = None


class Gate(Struct, frozen=True, order=True):
    """What Android does about a clipboard access on one range of the API levels the app installs on."""

    api_from: int
    api_to: int | None = None
    effect: str = ""
    source: str = ""


class Step(Struct, frozen=True, order=True):
    """One call of a path: where it is made and what it calls, as a descriptor."""

    place: Place
    api: str


class AppIdentity(Struct, frozen=True, tag="app", tag_field="fact"):
    """The package's identity; one per observation. SHA-256 is of the package file, size in bytes."""

    package: str
    label: str | None = None
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    max_sdk: int | None = None
    target_sdk: int | None = None
    splits: tuple[str, ...] = ()


class Permission(Struct, frozen=True, tag="permission", tag_field="fact"):
    """A permission that is declared (``<uses-permission>``), defined by the app itself, or used by its code.

    ``used`` is True when a call, field, action or provider that needs it is in shipped code; False when none is;
    None when use cannot be told from code (see ``why``). ``max_sdk`` is the declaration's maxSdkVersion.
    """

    name: str
    declared: bool = False
    max_sdk: int | None = None
    custom: bool = False
    protection_level: str | None = None
    group: str | None = None
    used: bool | None = None
    used_by: tuple[PermissionUse, ...] = ()
    why: str = ""


class Component(Struct, frozen=True, tag="component", tag_field="fact"):
    """A component of the manifest. ``exported`` is the effective value, the implicit rule included."""

    kind: ComponentKind
    name: str = ""
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
    filter: tuple[IntentFilter, ...] = ()


class ApiCall(Struct, frozen=True, tag="api-call", tag_field="fact"):
    """A call of a watched API.

    ``api`` is the platform descriptor of the watch list, ``receiver`` the class the DEX names when it is another.
    A use of a watched *field* (a content URI) or constant is reported with the field's descriptor as ``api``.
    ``decoded_by``: the method of the package that gives a constant argument, which does not stand in it.
    """

    api: str
    category: Category | None = None
    owner: Owner = Owner("app")
    via: Via = "direct"
    receiver: str | None = None
    arg: tuple[Argument, ...] = ()
    at: Place | None = None
    decoded_by: str | None = None


class Reach(Struct, frozen=True, tag="reach", tag_field="fact"):
    """A trigger: what starts the path that ends in the calls of one method (DESIGN section 6).

    ``at`` names file and method and holds for every watched call in it. ``path`` are the calls from the entry point down to that
    method, empty when the entry point is that method. ``entry_point`` is None where none is known. ``exported``: another app
    can start it, with ``permission`` if one is asked for; ``returns_result``: what was read goes back to it. ``assumed``: the
    type of a receiver on the path is not known.
    """

    kind: TriggerKind
    entry_point: str | None = None
    path: tuple[Step, ...] = ()
    on_behalf_of: Owner | None = None
    exported: bool = False
    permission: str | None = None
    returns_result: bool = False
    assumed: bool = False
    at: Place | None = None


class ClipboardAccess(Struct, frozen=True, tag="clipboard", tag_field="fact"):
    """One access to the system clipboard (DESIGN section 6). Its triggers are the ``Reach`` facts of its place.

    Of a read: ``guard`` literals and patterns that the text is tested against; ``replaced_at`` where, after a test, something
    is written back; ``stored_at`` where the text is kept; ``handed_back_at`` where it is handed to the app that called.
    Of a write: ``secret`` why the text looks secret, ``sensitive`` whether the clip is marked so (None: cannot be told).
    Of one by reflection: ``decoded_by`` the method of the package that gives the name, which does not stand in it.
    """

    operation: ClipboardOperation
    api: str = ""
    owner: Owner = Owner("app")
    via: Via = "direct"
    receiver: str | None = None
    guard: tuple[str, ...] = ()
    gate: tuple[Gate, ...] = ()
    removed_at: tuple[Place, ...] = ()
    replaced_at: tuple[Place, ...] = ()
    stored_at: tuple[Place, ...] = ()
    handed_back_at: tuple[Place, ...] = ()
    secret: tuple[str, ...] = ()
    sensitive: bool | None = None
    at: Place | None = None
    decoded_by: str | None = None


class Override(Struct, frozen=True, tag="override", tag_field="fact"):
    """A method of the package that replaces one which Android calls: the platform's descriptor, and whose code it is.

    ``empty``: it does nothing but return; ``returns`` is the whole number that such a method returns. ``at`` names the replacing
    method.
    """

    api: str
    owner: Owner = Owner("app")
    empty: bool = False
    returns: int | None = None
    at: Place | None = None


class Constant(Struct, frozen=True, tag="string", tag_field="fact"):
    """A text that code holds, where a rule asks for it; ``decoded_by`` the method that gives it, where none stands there."""

    value: str
    owner: Owner = Owner("app")
    at: Place | None = None
    decoded_by: str | None = None


class TextDecoder(Struct, frozen=True, tag="decoder", tag_field="fact"):
    """A method that gives back texts which the package holds in another form.

    ``calls`` of it were looked at; of ``decoded`` the text is known. ``owner``: whose method it is, ``at`` names it.
    """

    method: str
    owner: Owner = Owner("app")
    calls: int = 0
    decoded: int = 0
    at: Place | None = None


class HiddenText(Struct, frozen=True, tag="decoded", tag_field="fact"):
    """A text that does not stand in the package: what the ``decoder`` gives for the constants at one call, which was worked out.

    ``owner``: whose code calls it.
    """

    value: str
    decoder: str = ""
    owner: Owner = Owner("app")
    at: Place | None = None


class Flow(Struct, frozen=True, tag="flow", tag_field="fact"):
    """Data of category ``source`` that was followed into a call which takes it to ``sink``.

    ``host`` is where it goes if that is known, ``country`` its country, joined from tables before rules look at it. ``at`` is the
    place of the reading, ``sink_at`` that of the passing on; ``owner`` and ``sink_owner`` whose code these are. ``path`` are
    the calls that
    the data passes in between, ``guard`` what it is tested against on the way, ``label`` what was done to it.
    ``source`` is ``ipc`` for what came in from another app.
    """

    source: Category
    sink: Destination | None = None
    source_api: str = ""
    sink_api: str = ""
    host: str | None = None
    country: str | None = None
    owner: Owner = Owner("app")
    sink_owner: Owner | None = None
    guard: tuple[str, ...] = ()
    label: tuple[Label, ...] = ()
    path: tuple[Step, ...] = ()
    sink_at: Place | None = None
    at: Place | None = None


class Library(Struct, frozen=True, tag="library", tag_field="fact"):
    """Something that shows a third-party library; ``renamed``: its classes lost their names.

    Vendor, kind and country are joined later.

    One library has as many facts as there are things that show it; ``version`` is what the one at hand says.
    """

    name: str
    version: str | None = None
    renamed: bool = False
    evidence: str = ""
    vendor: str | None = None
    kind: str | None = None
    country: str | None = None
    at: Place | None = None


class Endpoint(Struct, frozen=True, tag="endpoint", tag_field="fact"):
    """A host that the package names, whose code names it, and how it is talked to. ``country`` is joined later.

    ``kind``: ``host`` of an address, ``mail`` domain of a mail address, ``link`` host whose web links open the app,
    ``credit`` a resource that names a library's makers.
    ``cleartext``: an unencrypted address names it, and Android lets the app use that on some device it installs on.
    ``refused_from``: the API level from which Android refuses unencrypted connections to it; None: from none.
    ``decoded_by``: the method of the package that gives the address, which does not stand in it.
    """

    host: str
    urls: tuple[str, ...] = ()
    owner: Owner = Owner("app")
    cleartext: bool | None = None
    pinned: bool | None = None
    country: str | None = None
    kind: EndpointKind = "host"
    refused_from: int | None = None
    at: Place | None = None
    decoded_by: str | None = None


class NativeLibrary(Struct, frozen=True, tag="native", tag_field="fact"):
    """A native library, one fact for each file, so one for each ABI.

    ``imports`` are the system's functions that it names and a table watches, ``jni_exports`` the Java methods that it implements
    by name or in a static table, ``names`` the Java APIs, system properties and files that its texts name and a table watches.
    ``hardening``: the protections that it was built with; ``marks``: what is odd about it (stripped, packed ...); ``contains``:
    well-known libraries linked into it, with their versions.
    """

    file: str
    abi: str = ""
    imports: tuple[str, ...] = ()
    jni_exports: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hardening: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    size: int | None = None


class Payload(Struct, frozen=True, tag="payload", tag_field="fact"):
    """Code of another runtime: of which ``kind``, in which file, and in which version of its format or runtime.

    ``uses`` are the watched things that its code calls, by the names of its own world (``Clipboard.getString``), whether or not
    they could be joined to a platform API; those that could are calls and accesses of their own, ``via`` script.
    """

    kind: PayloadKind
    file: str = ""
    version: str | None = None
    uses: tuple[str, ...] = ()
    size: int | None = None


class Trait(Struct, frozen=True, tag="trait", tag_field="fact"):
    """A named property of the whole package, e.g. ``debuggable=true``; ``value`` is always text.

    ``owner``: whose code shows it, where one place in the code does.
    """

    name: str
    value: str = "true"
    at: Place | None = None
    owner: Owner | None = None


class Signer(Struct, frozen=True, tag="signer", tag_field="fact"):
    """A signing certificate: SHA-256 of its DER form, schemes it signs with (v1, v2, v3, v3.1).

    ``algorithm`` is that of the certificate's own signature, ``signed_with`` those of the package's. ``debug``: a debug key, or
    one that everybody has. ``lineage`` are the certificates before it (SHA-256), oldest first, where the key was rotated;
    ``min_sdk`` the API level from which a rotated key counts.
    """

    sha256: str
    schemes: tuple[str, ...] = ()
    subject: str = ""
    issuer: str = ""
    algorithm: str = ""
    key_bits: int | None = None
    not_before: str = ""
    not_after: str = ""
    debug: bool = False
    signed_with: tuple[str, ...] = ()
    lineage: tuple[str, ...] = ()
    min_sdk: int | None = None


class Secret(Struct, frozen=True, tag="secret", tag_field="fact"):
    """A key or token in the package that opens a store of data. The value itself is kept nowhere: ``masked`` shows its ends.

    ``exposes`` says what it opens, ``owner`` whose code or file holds it.
    """

    kind: str
    masked: str = ""
    exposes: str = ""
    owner: Owner = Owner("unknown")
    at: Place | None = None


class Gap(Struct, frozen=True, tag="gap", tag_field="fact"):
    """Something that could not be seen: its kind, place, why, what it could hide and what would lift it."""

    kind: GapKind
    why: str = ""
    size: int | None = None
    count: int | None = None
    could_hide: str = ""
    would_lift: str = ""
    at: Place | None = None


Fact = (
    AppIdentity
    | Permission
    | Component
    | ApiCall
    | ClipboardAccess
    | Reach
    | Override
    | Constant
    | TextDecoder
    | HiddenText
    | Flow
    | Library
    | Endpoint
    | NativeLibrary
    | Payload
    | Trait
    | Signer
    | Secret
    | Gap
)
"""Every kind of fact. Those of stages that this version does not have are words for rules that wait for them."""

FACT_TYPES: dict[str, type[Fact]] = {
    "app": AppIdentity,
    "permission": Permission,
    "component": Component,
    "api-call": ApiCall,
    "clipboard": ClipboardAccess,
    "reach": Reach,
    "override": Override,
    "string": Constant,
    "decoder": TextDecoder,
    "decoded": HiddenText,
    "flow": Flow,
    "library": Library,
    "endpoint": Endpoint,
    "native": NativeLibrary,
    "payload": Payload,
    "trait": Trait,
    "signer": Signer,
    "secret": Secret,
    "gap": Gap,
}
