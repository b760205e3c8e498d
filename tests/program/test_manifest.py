"""The manifest of the sample that has everything, and of damaged packages."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest

from analyzer.container import open_package
from analyzer.errors import PackageError
from analyzer.facts import IntentFilter
from analyzer.program.manifest import CustomPermission, Manifest, UsesPermission, read_manifest
from analyzer.program.network_security import NetworkSecurity

PACKAGE = "org.apkvet.samples.proxy"


@pytest.fixture
def manifest(apks: Path) -> Manifest:
    with open_package(apks / "exported-proxy.apk") as package:
        read, gaps = read_manifest(package)
    assert gaps == []
    return read


def test_identity_is_resolved_through_the_resources(manifest: Manifest) -> None:
    assert (manifest.package, manifest.application.label) == (PACKAGE, "Clipboard proxy")
    assert (manifest.version_name, manifest.version_code) == ("7.0-beta", 7)
    assert (manifest.min_sdk, manifest.target_sdk, manifest.max_sdk) == (19, 30, None)


def test_permissions_with_their_limits_and_own_ones(manifest: Manifest) -> None:
    assert manifest.uses_permissions == (
        UsesPermission("android.permission.WRITE_EXTERNAL_STORAGE", max_sdk=28),
        UsesPermission("android.permission.INTERNET"),
    )
    assert manifest.permissions == (CustomPermission(f"{PACKAGE}.GUARD", "signature"),)


def test_components_with_implicit_exports_processes_and_authorities(manifest: Manifest) -> None:
    by_name = {c.name.removeprefix(PACKAGE): c for c in manifest.components}
    assert by_name[".MainActivity"].exported  # says nothing, has a filter, targets 30
    assert by_name[".Alias"].target == f"{PACKAGE}.MainActivity"
    assert by_name[".ClipboardReceiver"].filters == (IntentFilter((f"{PACKAGE}.GET",)),)
    assert not by_name[".Disabled"].enabled
    assert (by_name[".Relay"].process, by_name[".Relay"].permission) == (f"{PACKAGE}:relay", f"{PACKAGE}.GUARD")
    assert by_name[".Files"].authorities == (f"{PACKAGE}.files", f"{PACKAGE}.more")
    assert by_name[".Files"].read_permission is None


def test_application_and_network_security(manifest: Manifest) -> None:
    application = manifest.application
    assert (application.debuggable, application.allow_backup, application.cleartext) == (True, False, False)
    network = manifest.network_security
    assert network is not None
    assert msgspec.structs.replace(network, domains=()) == NetworkSecurity(
        False, ("plain.example.org",), ("pinned.example.org",), True
    )


@pytest.mark.parametrize("data", [b"", b"<manifest/>", b"\x03\x00\x08\x00" + bytes(40), b"junk" * 100])
def test_a_manifest_that_cannot_be_read_is_one_clear_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.apk"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AndroidManifest.xml", data)
    with open_package(path) as package, pytest.raises(PackageError, match="unreadable manifest"):
        read_manifest(package)
