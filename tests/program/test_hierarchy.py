"""Who inherits from whom over two DEX files and the platform, and what a call of a name means."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from analyzer.formats.dex import open_dex
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.hierarchy import Hierarchy

INHERIT = "Lorg/apkvet/samples/inherit/MainActivity"
LOAD_URL = "loadUrl(Ljava/lang/String;)V"


def hierarchy(apk: Path) -> Hierarchy:
    with zipfile.ZipFile(apk) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".dex"))
        return Hierarchy([dex for name in names for dex in open_dex(name, archive.read(name))], load_hierarchy())


def test_a_class_of_one_dex_file_inherits_from_one_of_another(apks: Path) -> None:
    both = hierarchy(apks / "multidex.apk")
    order = both.ancestors("Lorg/apkvet/samples/multi/MainActivity;")
    assert order[:3] == (
        "Lorg/apkvet/samples/multi/MainActivity;",
        "Lorg/apkvet/samples/multi/second/Base;",
        "Landroid/app/Activity;",
    )
    assert "Landroid/content/Context;" in order
    definitions = [both.definition(cls) for cls in order[:2]]
    assert [d and d.dex.name for d in definitions] == ["classes.dex", "classes2.dex"]


def test_an_own_definition_ends_what_a_call_can_mean(apks: Path) -> None:
    own = hierarchy(apks / "inherited-calls.apk")
    assert "Landroid/webkit/WebView;" in own.meanings(f"{INHERIT}$Browser;", LOAD_URL)
    assert own.meanings(f"{INHERIT}$QuietBrowser;", LOAD_URL) == (f"{INHERIT}$QuietBrowser;",)


def test_an_interface_of_the_app_leads_to_the_platforms(apks: Path) -> None:
    own = hierarchy(apks / "inherited-calls.apk")
    listener = "Landroid/content/ClipboardManager$OnPrimaryClipChangedListener;"
    assert listener in own.meanings(f"{INHERIT}$Watcher;", "onPrimaryClipChanged()V")


class Circle:
    """A platform in which two classes inherit from each other."""

    def supertypes(self, cls: str) -> tuple[str, ...]:
        return {"La;": ("Lb;",), "Lb;": ("La;",)}.get(cls, ())


def test_a_circle_of_superclasses_ends() -> None:
    assert Hierarchy([], Circle()).ancestors("La;") == ("La;", "Lb;")


@pytest.mark.parametrize("cls", ["Lnowhere/A;", "[I", ""])
def test_an_unknown_class_is_its_only_ancestor(cls: str) -> None:
    assert Hierarchy([], load_hierarchy()).ancestors(cls) == (cls,)
