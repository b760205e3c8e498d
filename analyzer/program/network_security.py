"""The network security configuration: who may be spoken to in cleartext, whose certificates count, which are pinned.

Source: https://developer.android.com/privacy-and-security/security-config.
"""

from __future__ import annotations

from msgspec import Struct

from analyzer.formats.axml import XmlElement


class NetworkSecurity(Struct, frozen=True):
    """What a configuration says. ``cleartext`` of the base configuration (None: the platform's default).

    ``cleartext_domains`` and ``pinned_domains`` in order of appearance; ``trusts_user`` whether certificates that the
    user installed are trusted outside debug builds.
    """

    cleartext: bool | None = None
    cleartext_domains: tuple[str, ...] = ()
    pinned_domains: tuple[str, ...] = ()
    trusts_user: bool = False


def read_network_security(root: XmlElement) -> NetworkSecurity:
    """The configuration whose root element is *root*."""
    base = root.find("base-config") or XmlElement("base-config")
    cleartext: list[str] = []
    pinned: list[str] = []
    user = _trusts_user(base)
    todo = list(root.findall("domain-config"))
    while todo:
        config = todo.pop(0)
        domains = [child.text.strip() for child in config.findall("domain")]
        if config.get("cleartextTrafficPermitted") == "true":
            cleartext += domains
        if config.find("pin-set") is not None:
            pinned += domains
        user = user or _trusts_user(config)
        todo += config.findall("domain-config")
    stated = base.get("cleartextTrafficPermitted")
    return NetworkSecurity(None if stated is None else stated == "true", tuple(cleartext), tuple(pinned), user)


def _trusts_user(config: XmlElement) -> bool:
    return any(
        certificates.get("src") == "user"
        for anchors in config.findall("trust-anchors")
        for certificates in anchors.findall("certificates")
    )
