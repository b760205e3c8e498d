"""The tables of how Android and libraries call into an app: they load, and what they name exists in the platform."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from analyzer.errors import RuleError
from analyzer.platform.callbacks import load_callbacks, load_gates
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.tables import load_members

all_members, all_classes = functools.cache(load_members), functools.cache(load_hierarchy)
# Classes of the platform; what begins otherwise is a library's and cannot be looked up.
_PLATFORM = ("Landroid/app/", "Landroid/content/", "Landroid/os/", "Landroid/view/", "Landroid/widget/", "Ljava/")


def known(cls: str, name: str) -> bool:
    """Whether the class, or one above it, has a member of that name."""
    members, hierarchy, stack = all_members(), all_classes(), [cls]
    while stack:
        current = stack.pop()
        if any(member.partition("(")[0] == name for member in members.get(current, ())):
            return True
        stack.extend(hierarchy.supertypes(current))
    return False


def test_what_hops_name_exists_in_the_platform() -> None:
    unknown = []
    for api in load_callbacks().hops:
        cls, _, member = api.partition("->")
        if cls.startswith(_PLATFORM) and cls in all_members() and not known(cls, member.partition("(")[0]):
            unknown.append(api)
    assert unknown == []


def test_bases_and_callbacks_exist_in_the_platform() -> None:
    callbacks = load_callbacks()
    members = all_members()
    missing = [
        (base, member)
        for table in (callbacks.entry_points, callbacks.kinds)
        for base, rows in table.items()
        for member in rows
        if base in members and member != "*" and not known(base, member)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("La;->b\targ0\tjump\tc\t\tno\tx", "a value that is not known"),
        ("La;->b\tthis\trun\tc\t\tno\tx", "a value that is not known"),
        ("La;->b\targ0\tcallback\tc\ttimes\tno\tx", "a value that is not known"),
        ("La;->b\targ0\trun\tc\t\tno\t", "no source"),
        ("La;->b\targ0", "2 columns"),
    ],
)
def test_a_wrong_row_is_told_with_its_file(root: Path, tmp_path: Path, row: str, message: str) -> None:
    import shutil

    shutil.copytree(root / "rules/knowledge", tmp_path / "knowledge")
    with (tmp_path / "knowledge/hops.tsv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(RuleError, match=message) as caught:
        load_callbacks(tmp_path)
    assert "hops.tsv" in str(caught.value)


def test_gates_cover_what_android_changed() -> None:
    rows = load_gates()
    assert {row.operation for row in rows} == {"read", "peek", "watch", "write"}
    assert [(row.api_from, row.api_to) for row in rows if row.operation == "read"] == [
        (None, 28),
        (29, None),
        (31, None),
        (33, None),
    ]
