"""Whose code a class is."""

from __future__ import annotations

import pytest

from analyzer.facts import Owner
from analyzer.program.ownership import APP, UNKNOWN, Library, Ownership, OwnerTables

TABLES = OwnerTables(
    (
        Library("androidx", "AndroidX", True),
        Library("com.google.android.gms", "Google Play services", False),
        Library("com.google.android.gms.ads", "Google Mobile Ads", False),
    ),
    frozenset({"com.google", "com.google.android"}),
)


@pytest.mark.parametrize(
    ("cls", "owner"),
    [
        ("Lio/appium/settings/A;", APP),
        ("Lio/appium/other/B;", APP),  # the maker's other packages
        ("Lio/appiumx/C;", UNKNOWN),  # anchored at package boundaries
        ("Landroidx/core/D;", Owner("library", "AndroidX")),
        ("Landroidxyz/D;", UNKNOWN),
        ("Lcom/google/android/gms/common/E;", Owner("library", "Google Play services")),
        ("Lcom/google/android/gms/ads/F;", Owner("library", "Google Mobile Ads")),  # the longest prefix
        ("Lorg/maker/app/G;", APP),  # holds the first screen
        ("Lorg/maker/H;", APP),
        ("La/b/H;", UNKNOWN),
        ("LNoPackage;", UNKNOWN),
        ("[Landroidx/core/D;", Owner("library", "AndroidX")),
    ],
)
def test_owner(cls: str, owner: Owner) -> None:
    ownership = Ownership(TABLES, "io.appium.settings", ["io.appium.settings.Main", "org.maker.app.Start", "androidx.core.P"])
    assert ownership.owner(cls) == owner


def test_own_code_below_a_shared_root_stays_own_and_does_not_swallow_the_rest() -> None:
    ownership = Ownership(TABLES, "com.google.android.nearby.tool", [])
    assert ownership.owner("Lcom/google/android/nearby/tool/A;") == APP
    assert ownership.owner("Lcom/google/android/gms/common/E;") == Owner("library", "Google Play services")
    assert ownership.owner("Lcom/google/common/B;") == UNKNOWN
