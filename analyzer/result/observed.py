"""What was seen in a package, as the result lays it out: identity, permissions, calls, flows, libraries, hosts, gaps."""

from typing import Literal

from msgspec import Struct

from analyzer.facts import (
    Argument,
    Category,
    ClipboardOperation,
    ComponentKind,
    Destination,
    GapKind,
    Gate,
    IntentFilter,
    Label,
    NativeLibrary,
    Owner,
    Payload,
    PayloadKind,
    Permission,
    PermissionUse,
    Place,
    Reach,
    Signer,
    Step,
    TriggerKind,
    Via,
)


class AppDoc(Struct, frozen=True):
    """The package: file (base name), SHA-256 and size of the file, identity and traits from the manifest."""

    file: str
    sha256: str | None = None
    size: int | None = None
    package: str | None = None
    label: str | None = None
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    max_sdk: int | None = None
    target_sdk: int | None = None
    signers: tuple[Signer, ...] | None = None
    splits: tuple[str, ...] = ()
    traits: dict[str, str] = {}


class PermissionDoc(Struct, frozen=True):
    """One permission: declared, used or defined by the app. Fields as in ``facts.Permission``."""

    name: str
    declared: bool
    max_sdk: int | None
    custom: bool
    protection_level: str | None
    group: str | None
    used: bool | None
    used_by: tuple[PermissionUse, ...]
    why: str

    @classmethod
    def of(cls, fact: Permission) -> "PermissionDoc":
        """The entry for a permission fact."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})


class ComponentDoc(Struct, frozen=True):
    """One component of the manifest; fields as in ``facts.Component``."""

    kind: ComponentKind
    name: str
    enabled: bool
    exported: bool
    permission: str | None
    read_permission: str | None
    write_permission: str | None
    process: str | None
    target: str | None
    authorities: tuple[str, ...]
    foreground_service_type: str | None
    filters: tuple[IntentFilter, ...]


class TriggerDoc(Struct, frozen=True):
    """What starts the path that ends in a call; fields as in ``facts.Reach``."""

    kind: TriggerKind
    entry_point: str | None
    path: tuple[Step, ...]
    on_behalf_of: Owner | None
    exported: bool
    permission: str | None
    returns_result: bool
    assumed: bool

    @classmethod
    def of(cls, fact: Reach) -> "TriggerDoc":
        """The entry for a reach fact."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})


class ApiCallDoc(Struct, frozen=True):
    """One call site of a watched API. ``triggers`` is None until the reach stage ran.

    ``decoded_by``: the method of the package that gives a constant argument, which does not stand in it.
    """

    api: str
    category: Category | None
    place: Place
    owner: Owner
    via: Via
    receiver: str | None = None
    arguments: tuple[Argument, ...] = ()
    triggers: tuple[TriggerDoc, ...] | None = None
    decoded_by: str | None = None


Strength = Literal["cctld", "carried", "sdk", "flow"]
STRENGTHS: tuple[Strength, ...] = ("cctld", "carried", "sdk", "flow")


class Country(Struct, frozen=True, order=True):
    """A country by its code of two letters, and what it rests on.

    ``flow``: data was followed there; ``sdk``: a library that is there; ``carried``: a host whose owner is known; ``cctld``: the
    ending of a host's name only.
    """

    code: str
    strength: Strength


class FlowEnd(Struct, frozen=True):
    """One end of a flow: the call that reads, or the one that passes on, with where it goes (``destination``, ``host``)."""

    api: str
    place: Place | None
    owner: Owner | None
    category: Category | None = None
    destination: Destination | None = None
    host: str | None = None
    country: Country | None = None


class ClipboardDoc(Struct, frozen=True):
    """One clipboard access. ``triggers``, ``guards`` and ``sinks`` are None until their stages ran.

    ``sinks`` are the ends of the flows that begin here.
    """

    operation: ClipboardOperation
    api: str
    place: Place
    owner: Owner
    via: Via
    receiver: str | None = None
    removed_at: tuple[Place, ...] = ()
    replaced_at: tuple[Place, ...] = ()
    stored_at: tuple[Place, ...] = ()
    handed_back_at: tuple[Place, ...] = ()
    secret: tuple[str, ...] = ()
    sensitive: bool | None = None
    gate: tuple[Gate, ...] = ()
    triggers: tuple[TriggerDoc, ...] | None = None
    guards: tuple[str, ...] | None = None
    sinks: tuple[FlowEnd, ...] | None = None
    decoded_by: str | None = None


class Evidence(Struct, frozen=True, order=True):
    """One piece of evidence: the fact as text and its place (None: the package as a whole)."""

    text: str
    place: Place | None = None


class LibraryUse(Struct, frozen=True, order=True):
    """A category of data that a library's own code calls for: how many calls, and what starts them (kinds of triggers)."""

    category: str
    calls: int
    triggers: tuple[str, ...]


class LibraryFlow(Struct, frozen=True, order=True):
    """Data of a ``category`` that was followed into a call of a library's own code which takes it to ``destination``.

    ``read_here``: the library's code reads it as well; otherwise it is handed to it. ``host`` is where it goes, if that is known.
    """

    category: Category
    destination: Destination
    host: str | None
    read_here: bool


class LibraryDoc(Struct, frozen=True):
    """A third-party library, what shows it, who is behind it, and what its code does here.

    ``renamed``: it lost its name; ``recipient``: it is of a kind that hands data to its maker. ``permissions`` are declared ones
    that its code uses, ``hosts`` those that its code names, ``flows`` the data that ends in it (None: not followed). The strength
    of ``country`` is ``flow`` where its code is shown to send data over the network.
    """

    name: str
    version: str | None
    renamed: bool
    kind: str | None
    vendor: str | None
    country: Country | None
    recipient: bool
    evidence: tuple[Evidence, ...]
    uses: tuple[LibraryUse, ...]
    permissions: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    flows: tuple[LibraryFlow, ...] | None = None


class EndpointDoc(Struct, frozen=True):
    """A host that the package carries: ``owner`` of the code that names it, ``vendor`` who owns the host, if known.

    ``domain`` is the part that somebody registered; ``service`` the cloud service it is of, ``store`` the customer's name there.
    ``cleartext``: unencrypted, and on some device that Android lets it install on it may be; ``refused_from`` the API level from
    which Android refuses that. ``decoded_by``: the method of the package that gives the address, which does not stand in it.
    """

    host: str
    urls: tuple[str, ...]
    owner: Owner
    vendor: str | None
    country: Country | None
    cleartext: bool | None
    pinned: bool | None
    evidence: tuple[Evidence, ...]
    domain: str | None = None
    service: str | None = None
    store: str | None = None
    refused_from: int | None = None
    decoded_by: str | None = None


OtherHostKind = Literal["name", "mail", "link"]


class OtherHostDoc(Struct, frozen=True):
    """A host that is named for another reason than to send something there, and ``why``.

    ``kind``: ``name`` a mere name; ``mail`` domain of a mail address; ``link`` host whose web links open the app.
    """

    host: str
    kind: OtherHostKind
    why: str
    place: Place | None


class SecretDoc(Struct, frozen=True):
    """A key or token in the package, masked, with what it opens; ``owner`` of the code or file that holds it."""

    kind: str
    masked: str
    exposes: str
    owner: Owner
    place: Place | None


class GapDoc(Struct, frozen=True):
    """Something that was not seen; fields as in ``facts.Gap``."""

    kind: GapKind
    place: Place | None
    size: int | None
    count: int | None
    why: str
    could_hide: str
    would_lift: str


class FlowDoc(Struct, frozen=True):
    """Data that was followed from the call that reads it to one that passes it on.

    ``path`` are the calls in between, ``guards`` what the data is tested against, ``labels`` what was done to it,
    ``triggers`` what starts the reading (None: not worked out).
    """

    source: FlowEnd
    sink: FlowEnd
    path: tuple[Step, ...]
    guards: tuple[str, ...]
    labels: tuple[Label, ...]
    triggers: tuple[TriggerDoc, ...] | None


class NativeDoc(Struct, frozen=True):
    """A native library; fields as in ``facts.NativeLibrary``."""

    file: str
    abi: str
    imports: tuple[str, ...]
    jni_exports: tuple[str, ...]
    names: tuple[str, ...]
    hardening: tuple[str, ...]
    marks: tuple[str, ...]
    contains: tuple[str, ...]
    size: int | None

    @classmethod
    def of(cls, fact: NativeLibrary) -> "NativeDoc":
        """The entry for a native library."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})


class HiddenTextDoc(Struct, frozen=True):
    """A text that a decoder gives at one place; ``owner`` of the code that calls it."""

    value: str
    owner: Owner
    place: Place | None


class DecoderDoc(Struct, frozen=True):
    """A method that gives back texts which the package holds in another form, and those of them that could be worked out.

    ``calls`` of it were looked at, of ``decoded`` the text is known. Each text stands at its first place.
    """

    method: str
    owner: Owner
    calls: int
    decoded: int
    place: Place | None
    texts: tuple[HiddenTextDoc, ...]


class PayloadDoc(Struct, frozen=True):
    """Code of another runtime; fields as in ``facts.Payload``."""

    kind: PayloadKind
    file: str
    version: str | None
    uses: tuple[str, ...]
    size: int | None

    @classmethod
    def of(cls, fact: Payload) -> "PayloadDoc":
        """The entry for a payload."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})
