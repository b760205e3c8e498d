"""Hosts that the package names: in its code, its resources, assets and native libraries, and in its manifest.

A host that is named is *carried*: whether it is talked to is another question. Which of them are mere names - XML namespaces,
licences, documentation - is decided later, by a table (``rules/knowledge/host_noise.tsv``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzer.extractors.addresses import PLAIN, Address, bare_host, web_addresses
from analyzer.extractors.code_addresses import PIN, AddressCalls, Named, code_addresses
from analyzer.extractors.hidden_texts import Text
from analyzer.facts import Endpoint, EndpointKind, Gap, Owner, Place
from analyzer.program.app import App
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import Manifest, ManifestComponent

_MOST_FACTS = 3000
_MOST_URLS = 5
_NOBODY = Owner("unknown")
# https://developer.android.com/privacy-and-security/security-config: read from API 24; the default is no from API 28 for apps
# that target it. https://developer.android.com/guide/topics/manifest/application-element: usesCleartextTraffic from API 23.
_CONFIG_SINCE, _FLAG_SINCE, _DEFAULT_SINCE = 24, 23, 28


def endpoint_facts(
    app: App, graph: ProgramGraph, calls: AddressCalls, in_files: Iterable[tuple[Address, Place]], hidden: Sequence[Text] = ()
) -> Iterator[Endpoint | Gap]:
    """A fact for each host, owner and file, with up to five addresses; the place is that of the first.

    *hidden* are texts that decoders give.
    """
    found: dict[tuple[EndpointKind, str, Owner, str], list[Named]] = {}
    cut = False
    pins = set()
    for named in _all(app, graph, calls, in_files, hidden):
        if named.address.scheme == PIN:
            pins.add(named.address.host)
        key = (named.address.kind, named.address.host, named.owner, named.at.file)
        if key not in found and len(found) >= _MOST_FACTS:
            cut = True
            continue
        found.setdefault(key, []).append(named)
    for (kind, host, owner, _), all_ in sorted(found.items(), key=lambda item: item[0]):
        plain = any(named.address.scheme in PLAIN for named in all_)
        refused = cleartext_refused_from(app.manifest, host) if plain else None
        yield Endpoint(
            host,
            tuple(dict.fromkeys(named.address.url for named in all_ if named.address.url))[:_MOST_URLS],
            owner,
            plain and (refused is None or app.manifest.min_sdk < refused),
            _pinned(app.manifest, host, pins),
            kind=kind,
            refused_from=refused,
            at=all_[0].at,
        )
    if cut:
        yield Gap("budget", f"More than {_MOST_FACTS} hosts are named; the first are listed.", could_hide="Further hosts.")


def _all(
    app: App, graph: ProgramGraph, calls: AddressCalls, in_files: Iterable[tuple[Address, Place]], hidden: Sequence[Text]
) -> Iterator[Named]:
    yield from code_addresses(app, graph, calls, hidden)
    yield from (Named(address, _NOBODY, place) for address, place in in_files)
    for value in app.manifest.metadata.values():
        for address in web_addresses(value):
            yield Named(address, _NOBODY, Place("AndroidManifest.xml"))
    for component in app.manifest.components:
        owner = app.ownership.by_name(f"L{(component.target or component.name).replace('.', '/')};")
        for host in _links(component):
            yield Named(Address("link", host, "", ""), owner, Place("AndroidManifest.xml"))


def _links(component: ManifestComponent) -> Iterable[str]:
    """The hosts whose web links a component opens: of a filter any scheme goes with any host."""
    found: dict[str, None] = {}
    for one in component.filters:
        parts = [data.partition("://") for data in one.data]
        if any(scheme in ("http", "https") and mark for scheme, mark, _ in parts):
            for data, (_, mark, rest) in zip(one.data, parts, strict=True):
                host = bare_host((rest if mark else data).removeprefix("*."))
                if host is not None:
                    found[host.host] = None
    return found


def _pinned(manifest: Manifest, host: str, pins: Iterable[str]) -> bool:
    """Whether certificates of *host* are pinned, by the configuration or by code."""
    rule = manifest.network_security.rule_of(host) if manifest.network_security else None
    return (rule is not None and rule.pinned) or any(host == domain or host.endswith(f".{domain}") for domain in pins)


def cleartext_refused_from(manifest: Manifest, host: str) -> int | None:
    """The API level from which Android refuses unencrypted connections to *host*; None where it never does."""
    config = manifest.network_security
    stated = config.permits_cleartext(host) if config is not None else None
    if stated is not None:
        return None if stated else _CONFIG_SINCE
    if config is None and manifest.application.cleartext_stated is not None:
        return None if manifest.application.cleartext_stated else _FLAG_SINCE
    return _DEFAULT_SINCE if manifest.target_sdk >= _DEFAULT_SINCE else None
