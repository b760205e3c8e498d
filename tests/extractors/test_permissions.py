"""Declared against used: which verdict each kind of evidence gives."""

from __future__ import annotations

import msgspec
import pytest

from analyzer.extractors.permissions import PermissionContext, load_context, permission_facts
from analyzer.facts import ApiCall, Argument, ComponentKind, IntentFilter, Owner, Permission, Place
from analyzer.platform.watch import load_watch
from analyzer.program.manifest import Application, CustomPermission, Manifest, ManifestComponent, UsesPermission

P = "android.permission."
AT = Place("classes.dex", "La/B;->c()V", 1)
IMEI = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
QUERY = "Landroid/content/ContentResolver;->query(Landroid/net/Uri;[Ljava/lang/String;Ljava/lang/String;[Ljava/lang/String;Ljava/lang/String;)Landroid/database/Cursor;"
DELETE = "Landroid/content/ContentResolver;->delete(Landroid/net/Uri;Ljava/lang/String;[Ljava/lang/String;)I"
LOCATION = "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
EMPTY = Manifest("a", None, None, 21, None, 34, Application(), (), (), (), (), (), None, None, (), None)


@pytest.fixture(scope="module")
def context() -> PermissionContext:
    return load_context(load_watch())


def manifest(*names: str, min_sdk: int = 21, components: tuple[ManifestComponent, ...] = ()) -> Manifest:
    declared = tuple(UsesPermission(P + name) for name in names)
    return msgspec.structs.replace(EMPTY, uses_permissions=declared, min_sdk=min_sdk, components=components)


def component(kind: ComponentKind, **values: str) -> ManifestComponent:
    action = values.pop("action", "")
    filters = (IntentFilter((action,)),) if action else ()
    return ManifestComponent(kind, "a.C", filters=filters, **values)  # type: ignore[arg-type]


def call(api: str, *arguments: tuple[int, str]) -> ApiCall:
    return ApiCall(api, arg=tuple(Argument(i, v) for i, v in arguments), at=AT)


@pytest.mark.parametrize(
    ("name", "calls", "min_sdk", "used"),
    [
        ("CAMERA", [], 21, False),
        ("CAMERA", [call("Landroid/hardware/Camera;->open()Landroid/hardware/Camera;")], 21, True),
        ("RECORD_AUDIO", [call("Landroid/media/MediaRecorder;->setAudioSource(I)V", (0, "1"))], 21, True),
        ("READ_PHONE_STATE", [call(IMEI)], 28, True),  # identifiers need it on devices up to API 28
        ("READ_PHONE_STATE", [call(IMEI)], 29, False),
        ("READ_CONTACTS", [call(QUERY, (0, "content://com.android.contacts/contacts"))], 21, True),
        ("WRITE_CONTACTS", [call(QUERY, (0, "content://com.android.contacts/contacts"))], 21, False),
        ("WRITE_CONTACTS", [call(DELETE, (0, "content://com.android.contacts/contacts"))], 21, True),
        ("READ_CONTACTS", [call(QUERY, (0, "Landroid/provider/ContactsContract$Contacts;->CONTENT_URI"))], 21, True),
        ("READ_CALENDAR", [call("Landroid/provider/CalendarContract$Events;->CONTENT_URI")], 21, True),
        ("ACCESS_FINE_LOCATION", [call(LOCATION)], 21, True),
        ("ACCESS_COARSE_LOCATION", [call(LOCATION)], 21, True),  # any one of the two satisfies it: both are used
        (
            "CALL_PHONE",
            [call("Landroid/content/Intent;-><init>(Ljava/lang/String;)V", (0, "android.intent.action.CALL"))],
            21,
            True,
        ),
        ("INTERNET", [], 21, None),  # enforced by group id: never "not used"
        ("INTERNET", [call("Ljava/net/URL;->openStream()Ljava/io/InputStream;")], 21, True),
        ("READ_EXTERNAL_STORAGE", [], 21, None),
        ("SYSTEM_ALERT_WINDOW", [], 21, None),
        ("NOT_A_PERMISSION", [], 21, None),
    ],
)
def test_used(context: PermissionContext, name: str, calls: list[ApiCall], min_sdk: int, used: bool | None) -> None:
    facts = permission_facts(manifest(name, min_sdk=min_sdk), calls, context)
    (fact,) = [f for f in facts if f.name == P + name]
    assert (fact.declared, fact.used) == (True, used)
    assert fact.why.endswith(".")


@pytest.mark.parametrize(
    ("name", "with_component"),
    [
        ("RECEIVE_BOOT_COMPLETED", component("receiver", action="android.intent.action.BOOT_COMPLETED")),
        ("RECEIVE_SMS", component("receiver", action="android.provider.Telephony.SMS_RECEIVED")),
        ("BIND_ACCESSIBILITY_SERVICE", component("service", permission=P + "BIND_ACCESSIBILITY_SERVICE")),
        ("FOREGROUND_SERVICE_LOCATION", component("service", foreground_service_type="camera|location")),
    ],
)
def test_components_use_permissions(context: PermissionContext, name: str, with_component: ManifestComponent) -> None:
    (fact,) = permission_facts(manifest(name, components=(with_component,)), [], context)
    assert fact.used is True


def undeclared(context: PermissionContext, declared: Manifest, *calls: ApiCall) -> list[str]:
    return [f.name.removeprefix(P) for f in permission_facts(declared, calls, context) if not f.declared]


def test_used_without_being_declared_only_on_solid_ground(context: PermissionContext) -> None:
    vibrate = call("Landroid/os/Vibrator;->vibrate(J)V")
    assert undeclared(context, manifest(), vibrate) == ["VIBRATE"]
    assert undeclared(context, manifest("VIBRATE"), vibrate) == []
    # any of two, one declared: nothing is missing
    assert undeclared(context, manifest("ACCESS_COARSE_LOCATION"), call(LOCATION)) == []
    assert undeclared(context, manifest(), call(LOCATION)) == ["ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"]
    # signature-level, "one of them or none", decided by an argument
    assert undeclared(context, manifest(min_sdk=29), call(IMEI)) == []
    assert (
        undeclared(context, manifest(), call("Landroid/net/ConnectivityManager;->requestNetwork(Landroid/net/NetworkRequest;)V"))
        == []
    )


def test_a_permission_newer_than_the_target_is_not_missing(context: PermissionContext) -> None:
    scan = call("Landroid/bluetooth/le/BluetoothLeScanner;->startScan(Landroid/bluetooth/le/ScanCallback;)V")
    assert undeclared(context, manifest(), scan) == ["BLUETOOTH_SCAN"]
    assert undeclared(context, msgspec.structs.replace(EMPTY, target_sdk=28), scan) == []


def test_uses_are_listed_once_for_each_owner_and_api(context: PermissionContext) -> None:
    library = Owner("library", "InMobi")
    calls = [
        call(LOCATION),
        ApiCall(LOCATION, owner=library, at=AT),
        ApiCall(LOCATION, at=Place("classes.dex", "La/A;->a()V", 0)),
    ]
    (fact,) = permission_facts(manifest("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"), calls, context)[:1]
    assert [(use.owner, use.place and use.place.method) for use in fact.used_by] == [
        (Owner("app"), "La/A;->a()V"),
        (library, "La/B;->c()V"),
    ]


def test_a_custom_permission_has_its_own_level(context: PermissionContext) -> None:
    own = msgspec.structs.replace(EMPTY, permissions=(CustomPermission("a.GUARD", "signature"),))
    assert permission_facts(own, [], context) == [
        Permission("a.GUARD", custom=True, protection_level="signature", why="Defined by the app.")
    ]
