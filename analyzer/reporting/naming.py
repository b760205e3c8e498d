"""Names of code as people read them: descriptors in Java's spelling. The same in every language."""

from __future__ import annotations

import re

from analyzer.reporting.sanitize import clean

_ENTRY_POINT = re.compile(r" entry_point=(\S+)")


def api_text(descriptor: str) -> str:
    """``ClipboardManager.getPrimaryClip()`` for a method's descriptor, ``Contacts.CONTENT_URI`` for a field's."""
    holder, arrow, member = descriptor.partition(";->")
    if not arrow:
        return clean(descriptor, 120)
    name = _class_name(holder)
    method, paren, _ = member.partition("(")
    text = f"new {name}()" if method == "<init>" else f"{name}.{method}{'()' if paren else ''}"
    return clean(text, 120)


def _class_name(holder: str) -> str:
    """The class of a descriptor without its package."""
    return holder.removeprefix("L").rpartition("/")[2].replace("$", ".")


def method_text(descriptor: str | None) -> str:
    """``com.a.B.c()`` for a method's descriptor."""
    if not descriptor:
        return ""
    holder, _, member = descriptor.partition(";->")
    return clean(f"{holder[1:].replace('/', '.').replace('$', '.')}.{member.partition('(')[0]}()", 160)


def short_method(descriptor: str) -> tuple[str, str]:
    """The class without its package, and the method: what a picture has room for."""
    holder, _, member = descriptor.partition(";->")
    return clean(_class_name(holder), 120), clean(member.partition("(")[0], 120)


def short_permission(name: str) -> str:
    """A permission without Android's own prefix."""
    return clean(name.removeprefix("android.permission."), 120)


def evidence_text(fact: str) -> str:
    """What a fact's line is about: its kind, what it names, the entry point of a path. The document has the whole line."""
    kind, _, rest = fact.partition(" ")
    subject = rest.partition(" ")[0]
    entry = _ENTRY_POINT.search(fact)
    if kind == "reach":
        return clean(f"{subject}: {method_text(entry[1])}" if entry else subject, 200)
    named = api_text(subject) if ";->" in subject else subject
    return clean(named if kind == "api-call" else f"{kind} {named}", 200) if rest else clean(fact, 200)
