"""Facts that the manifest states: identity, components, traits. Permissions have a module of their own.

Trait names (values are text): ``debuggable``, ``allow-backup``, ``backup-rules``, ``cleartext-traffic-permitted``,
``cleartext-domain``, ``pinned-domain``, ``trusts-user-certificates``, ``has-network-security-config``, ``test-only``,
``shared-user-id``, ``request-legacy-external-storage``, ``has-code``, ``application-class``,
``app-component-factory``, ``backup-agent``, ``feature``, ``queries``, ``instrumentation``, ``stamp-source`` (the store that
``com.android.stamp.source`` names), ``derived-apk`` (a store made this package out of a bundle), ``ignored-permission`` (only
a split asks for it, where Android does not look).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import AppIdentity, Component, Fact, Trait
from analyzer.program.manifest import Manifest


def manifest_facts(manifest: Manifest) -> Iterator[Fact]:
    """The identity, every component and every trait of *manifest*."""
    yield AppIdentity(
        manifest.package,
        manifest.application.label,
        manifest.version_name,
        manifest.version_code,
        manifest.min_sdk,
        manifest.max_sdk,
        manifest.target_sdk,
        manifest.splits,
    )
    for component in manifest.components:
        values = {name: getattr(component, name) for name in component.__struct_fields__ if name != "filters"}
        yield Component(**values, filter=component.filters)
    for name, value in _traits(manifest):
        yield Trait(name, value)


def _traits(manifest: Manifest) -> Iterator[tuple[str, str]]:
    application, network = manifest.application, manifest.network_security
    cleartext = application.cleartext if network is None or network.cleartext is None else network.cleartext
    flags = {
        "debuggable": application.debuggable,
        "allow-backup": application.allow_backup,
        "backup-rules": application.backup_rules,
        "cleartext-traffic-permitted": cleartext,
        "test-only": application.test_only,
        "request-legacy-external-storage": application.request_legacy_external_storage,
        "has-code": application.has_code,
        "has-network-security-config": network is not None,
        "trusts-user-certificates": network is not None and network.trusts_user,
    }
    yield from ((name, "true" if value else "false") for name, value in flags.items())
    texts = {
        "shared-user-id": manifest.shared_user_id,
        "application-class": application.name,
        "app-component-factory": application.component_factory,
        "backup-agent": application.backup_agent,
        "stamp-source": manifest.metadata.get("com.android.stamp.source"),
        "derived-apk": manifest.metadata.get("com.android.vending.derived.apk.id"),
    }
    yield from ((name, value) for name, value in texts.items() if value)
    if network is not None:
        yield from (("cleartext-domain", domain) for domain in network.cleartext_domains)
        yield from (("pinned-domain", domain) for domain in network.pinned_domains)
    yield from (("feature", name) for name in manifest.features)
    yield from (("queries", name) for name in manifest.queries)
    yield from (("ignored-permission", name) for name in manifest.ignored_permissions)
    yield from (("instrumentation", name) for name in manifest.instrumentation)
