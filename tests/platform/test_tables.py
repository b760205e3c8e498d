"""The platform tables, and a linter over every knowledge table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer.errors import RuleError
from analyzer.extractors.permissions import load_context
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import (
    PlatformMembers,
    load_api_needs,
    load_lifecycles,
    load_members,
    load_method_names,
    load_permissions,
)
from analyzer.platform.watch import load_watch
from analyzer.program.hand_through import load_hand_through
from analyzer.program.ownership import load_owner_tables

TABLES = sorted((Path(__file__).resolve().parents[2] / "rules").glob("*/*.tsv"))
MEMBER = re.compile(r"L[\w/$-]+;->(<init>|[\w$]+)(\(.*\)\S+)?")


def test_hierarchy() -> None:
    hierarchy = load_hierarchy()
    assert hierarchy.supertypes("Landroid/app/Activity;")[:2] == (
        "Landroid/view/ContextThemeWrapper;",
        "Landroid/content/ComponentCallbacks2;",
    )
    assert hierarchy.supertypes("Landroid/content/ClipboardManager;") == ("Landroid/text/ClipboardManager;",)
    assert hierarchy.is_interface("Ljava/lang/Runnable;")
    assert not hierarchy.is_interface("Landroid/app/Activity;")
    assert not hierarchy.knows("Lcom/example/A;")


def test_members_are_found_in_their_blocks() -> None:
    members, table = load_members(), PlatformMembers()
    assert list(members) == sorted(members)
    assert {cls: table.of(cls) for cls in members} == {cls: frozenset(rows) for cls, rows in members.items()}
    assert [table.of(cls) for cls in ("", "A", "Landroid/app/Activityx;", "[I", "~")] == [frozenset()] * 5
    assert load_method_names() == {row.partition("(")[0] for rows in members.values() for row in rows} - {"<init>"}


def test_permissions_with_levels_and_groups() -> None:
    rows = load_permissions()
    assert rows["android.permission.READ_SMS"].protection_level == "dangerous"
    assert rows["android.permission.READ_SMS"].group == "android.permission-group.SMS"
    assert (rows["android.permission.INTERNET"].protection_level or "").startswith("normal")


def test_annotations_stand_before_the_older_map() -> None:
    need = load_api_needs()[
        "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
    ]
    assert (need.mode, need.source) == ("any", "aosp-annotations-35-public")


def test_lifecycles_are_there() -> None:
    assert any("onResume()V" in methods for methods in load_lifecycles().values())


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_every_row_has_a_source_and_no_row_is_there_twice(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(read_table(path, tuple(lines[0].split("\t"))))
    assert rows
    assert lines[0].endswith("\tsource")
    assert len(set(lines)) == len(lines)


def test_a_row_without_a_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("name\tsource\na\t\n")
    with pytest.raises(RuleError, match=r"t\.tsv:2: the row has no source"):
        list(read_table(path, ("name", "source")))


def test_watched_platform_methods_exist_in_the_public_api(root: Path) -> None:
    members, hierarchy = load_members(), load_hierarchy()
    unknown = []
    for _, api, *_ in read_table(root / "rules/watch/apis.tsv", ("category", "api", "emit", "operation", "arguments", "source")):
        assert MEMBER.fullmatch(api), api
        cls, _, name = api.partition("->")
        if cls.startswith(("Landroid/", "Ljava/", "Ljavax/", "Ldalvik/")) and not cls.startswith("Landroid/support/"):
            todo, names = [cls], set()
            while todo:
                current = todo.pop()
                names |= {member.partition("(")[0] for member in members.get(current, ())}
                todo += hierarchy.supertypes(current)
            if name not in names:
                unknown.append(api)
    assert unknown == ["Landroid/telephony/TelephonyManager;->getNeighboringCellInfo"]  # removed from the API at level 29


@pytest.mark.parametrize(
    ("key", "category", "operation"),
    [
        ("Landroid/content/ClipboardManager;->getPrimaryClip", "clipboard", "read"),
        ("Landroid/text/ClipboardManager;->getText", "clipboard", "read"),
        ("Landroid/content/ClipboardManager;->removePrimaryClipChangedListener", "clipboard", "watch-removal"),
        ("Landroid/telephony/TelephonyManager;->getImei", "phone-ids", None),
        ("Lcom/google/android/gms/location/FusedLocationProviderClient;->getLastLocation", "location", None),
        ("Landroid/content/pm/PackageManager;->getInstalledPackages", "installed-apps", None),
        ("Landroid/media/AudioRecord;-><init>", "microphone", None),
        ("Ljava/lang/Runtime;->exec", "process-execution", None),
    ],
)
def test_watched(key: str, category: str, operation: str | None) -> None:
    api = load_watch().methods[key]
    assert (api.category, api.operation) == (category, operation)


def test_what_only_looks_like_the_clipboard_is_not_watched() -> None:
    methods = load_watch().methods
    for key in (
        "Landroid/content/Intent;->getClipData",
        "Landroid/view/DragEvent;->getClipData",
        "Landroid/graphics/Canvas;->clipRect",
    ):
        assert key not in methods


def test_contract_fields_are_watched_by_their_class() -> None:
    watch = load_watch()
    group = watch.field("Landroid/provider/ContactsContract$CommonDataKinds$Phone;->CONTENT_URI")
    assert group is not None
    assert group.category == "contacts"
    assert watch.field("Landroid/provider/ContactsContract$Contacts;->DISPLAY_NAME") is None
    assert watch.field("Landroid/os/Build;->SERIAL") is not None
    assert watch.field("Landroid/os/Build;->MODEL") is None


def test_the_digest_follows_the_tables(root: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(root / "rules", tmp_path / "rules")
    same = load_watch(tmp_path / "rules").digest
    assert same == load_watch().digest
    with (tmp_path / "rules/watch/fields.tsv").open("a") as file:
        file.write("phone-ids\tLa/B;->C\tnowhere\n")
    assert load_watch(tmp_path / "rules").digest != same


def test_the_other_tables_load(root: Path) -> None:
    knowledge = root / "rules/knowledge"
    assert load_hand_through(knowledge / "hand_through.tsv")["Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"] == 0
    assert any(row.name == "AndroidX" and row.wrapper for row in load_owner_tables(knowledge).libraries)
    assert load_context(load_watch()).indicators["android.permission.INTERNET"]
