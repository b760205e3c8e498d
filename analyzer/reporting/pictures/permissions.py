"""Permissions as squares, a row for each protection level: declared and used, not used, cannot be told, not declared."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from analyzer.reporting.naming import short_permission
from analyzer.reporting.pictures.svg import Svg, element
from analyzer.reporting.summary import permission_state
from analyzer.reporting.words import Words
from analyzer.result import PermissionDoc

STATES = ("used", "unknown", "unused", "undeclared")
LEVELS = ("dangerous", "signature", "internal", "normal", "other")
_LABEL, _SQUARE, _STEP, _ACROSS = 110.0, 15.0, 20.0, 30


def level_of(permission: PermissionDoc) -> str:
    """The row a permission stands in."""
    level = (permission.protection_level or "").partition("|")[0]
    return level if level in LEVELS else "other"


def permission_rows(permissions: Sequence[PermissionDoc]) -> list[tuple[str, list[PermissionDoc]]]:
    """The permissions by level, those used first; levels without any are left out."""
    rows = []
    for level in LEVELS:
        own = [p for p in permissions if level_of(p) == level]
        if own:
            rows.append((level, sorted(own, key=lambda p: (STATES.index(permission_state(p)), p.name))))
    return rows


def permission_picture(permissions: Sequence[PermissionDoc], words: Words) -> Markup:
    """The chart; each square carries its permission's name."""
    t = words.t
    rows = permission_rows(permissions)
    svg = Svg(t("picture.permissions"), "; ".join(_said(level, own, words) for level, own in rows))
    y = 2.0
    for level, own in rows:
        svg.text(0, y + 12, t(f"level.{level}"), "label")
        for number, permission in enumerate(own):
            line, column = divmod(number, _ACROSS)
            state = permission_state(permission)
            title = element("title", f"{short_permission(permission.name)}: {t(f'picture.state.{state}')}")
            at = _LABEL + column * _STEP, y + line * _STEP
            svg.add("rect", title, x=at[0] + 0.5, y=at[1] + 0.5, width=_SQUARE, height=_SQUARE, rx=2, class_=f"state-{state}")
        y += (1 + (len(own) - 1) // _ACROSS) * _STEP + 8
    return svg.drawing(_LABEL + _ACROSS * _STEP, y, "permission-picture")


def legend(permissions: Sequence[PermissionDoc], words: Words) -> list[tuple[str, str, int]]:
    """Each state that occurs, its words and how many permissions are in it."""
    counts = {state: sum(permission_state(p) == state for p in permissions) for state in STATES}
    return [(state, words.t(f"picture.state.{state}"), count) for state, count in counts.items() if count]


def _said(level: str, own: Sequence[PermissionDoc], words: Words) -> str:
    parts = ", ".join(f"{text} {count}" for _, text, count in legend(own, words))
    return words.t("picture.permissions-text", level=words.t(f"level.{level}"), parts=parts)
