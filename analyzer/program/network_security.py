"""The network security configuration: who may be spoken to in cleartext, whose certificates count, which are pinned.

Source: https://developer.android.com/privacy-and-security/security-config.
"""

from __future__ import annotations

from msgspec import Struct

from analyzer.formats.axml import XmlElement


class DomainRule(Struct, frozen=True):
    """What the configuration says of one domain; ``cleartext`` None: nothing, also not for what it is nested in."""

    domain: str
    subdomains: bool
    cleartext: bool | None
    pinned: bool


class NetworkSecurity(Struct, frozen=True):
    """What a configuration says. ``cleartext`` of the base configuration (None: the platform's default).

    ``cleartext_domains`` and ``pinned_domains`` in order of appearance; ``trusts_user`` whether certificates that the
    user installed are trusted outside debug builds; ``domains`` with what holds for each.
    """

    cleartext: bool | None = None
    cleartext_domains: tuple[str, ...] = ()
    pinned_domains: tuple[str, ...] = ()
    trusts_user: bool = False
    domains: tuple[DomainRule, ...] = ()

    def rule_of(self, host: str) -> DomainRule | None:
        """What is said of *host*: the rule for the longest domain that it lies in, as Android chooses."""
        matching = [
            rule for rule in self.domains if host == rule.domain or (rule.subdomains and host.endswith(f".{rule.domain}"))
        ]
        return max(matching, key=lambda rule: len(rule.domain), default=None)

    def permits_cleartext(self, host: str) -> bool | None:
        """Whether unencrypted connections to *host* are permitted; None: the platform's default holds."""
        rule = self.rule_of(host)
        return self.cleartext if rule is None or rule.cleartext is None else rule.cleartext


def read_network_security(root: XmlElement) -> NetworkSecurity:
    """The configuration whose root element is *root*."""
    base = root.find("base-config") or XmlElement("base-config")
    rules: list[DomainRule] = []
    user = _trusts_user(base)
    todo: list[tuple[XmlElement, bool | None, bool]] = [(config, None, False) for config in root.findall("domain-config")]
    while todo:
        config, cleartext, pinned = todo.pop(0)
        stated = config.get("cleartextTrafficPermitted")
        cleartext = cleartext if stated is None else stated == "true"
        pinned = pinned or config.find("pin-set") is not None
        for child in config.findall("domain"):
            domain = child.text.strip().lower()
            rules.append(DomainRule(domain, child.get("includeSubdomains") == "true", cleartext, pinned))
        user = user or _trusts_user(config)
        todo += [(nested, cleartext, pinned) for nested in config.findall("domain-config")]
    stated = base.get("cleartextTrafficPermitted")
    return NetworkSecurity(
        None if stated is None else stated == "true",
        tuple(rule.domain for rule in rules if rule.cleartext),
        tuple(rule.domain for rule in rules if rule.pinned),
        user,
        tuple(rules),
    )


def _trusts_user(config: XmlElement) -> bool:
    return any(
        certificates.get("src") == "user"
        for anchors in config.findall("trust-anchors")
        for certificates in anchors.findall("certificates")
    )
