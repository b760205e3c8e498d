"""Results to render: a sample's, one that failed, one that has everything later stages will add, one full of hostile text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from analyzer.engine import load_ruleset
from analyzer.facts import Owner, Place, Step
from analyzer.policy import load_policy
from analyzer.reporting import Format, load_look, present
from analyzer.resources import rules_dir
from analyzer.result import (
    AppliedWaiver,
    CatalogDoc,
    Clause,
    ClipboardDoc,
    Country,
    EndpointDoc,
    Evidence,
    Finding,
    FlowDoc,
    FlowEnd,
    LibraryDoc,
    LibraryFlow,
    LibraryUse,
    NativeDoc,
    PayloadDoc,
    Result,
    UndecidedRule,
    UnseenLine,
    UnusedWaiver,
    Waiver,
    WaiversDoc,
)
from analyzer.scan import scan

APKS = Path(__file__).resolve().parents[2] / "samples/apk"

HOSTILE = (
    "=HYPERLINK(\"http://evil.example\")</style></title><script>document.title='owned'</script><img src=x onerror=alert(1)>"
    "'\"&{{7*7}}{%x%}\x1b[31m\x9b1m\u202egpj.\u2066\u200b \ud800\x00\n\r\t[bold]*a*|`_b_ www.evil.example @all #1 ]]><!--"
    + "x"
    * 5000
)

Render = Callable[..., str]


@pytest.fixture(scope="session")
def result() -> Result:
    return scan(APKS / "exported-proxy.apk", load_ruleset([rules_dir()]), load_policy(), reproducible=True)[1]


@pytest.fixture(scope="session")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("x") / "x.apk"
    path.write_bytes(b"no package")
    result = scan(path, load_ruleset([rules_dir()]), load_policy(), reproducible=True)[1]
    text = msgspec.json.encode(result).decode().replace(str(path), "x.apk")
    return msgspec.json.decode(text, type=Result)


@pytest.fixture(scope="session")
def rich(result: Result) -> Result:
    """The sample's result as later stages will make it: flows, hosts, libraries, guards, a waived finding."""
    assert result.clipboard is not None
    assert result.findings is not None
    assert result.score is not None
    (access, *others) = result.clipboard
    flow = FlowDoc(
        source=FlowEnd(access.api, access.place, access.owner, category="clipboard"),
        sink=FlowEnd(
            "Ljava/io/OutputStream;->write([B)V",
            Place("classes.dex", "Lcom/example/sdk/Upload;->send(Ljava/lang/String;)V", 24),
            Owner("library", "Example SDK"),
            destination="network",
            host="collect.example",
            country=Country("CN", "flow"),
        ),
        path=(
            Step(access.place, "Landroid/content/ClipData$Item;->getText()Ljava/lang/CharSequence;"),
            Step(
                Place("classes.dex", "Lcom/example/sdk/Upload;->send(Ljava/lang/String;)V", 3), "Ljava/lang/String;->getBytes()[B"
            ),
        ),
        guards=("bitcoin:",),
        labels=("encoded",),
        triggers=access.triggers,
    )
    read = msgspec.structs.replace(access, guards=("^[A-Z0-9]{34}$", "bitcoin:"), stored_at=(access.place,))
    found = {finding.rule_id: finding for finding in result.findings}
    waived = msgspec.structs.replace(found["clipboard-proxy"], waived="accepted by the security team until spring")
    return msgspec.structs.replace(
        result,
        clipboard=(read, *others),
        flows=(flow,),
        endpoints=(
            EndpointDoc(
                "collect.example", ("http://collect.example/v1",), Owner("app"), None, Country("CN", "carried"), True, False, ()
            ),
            EndpointDoc(
                "api.example", ("https://api.example",), Owner("library", "Example SDK"), "Example Inc.", None, False, False, ()
            ),
        ),
        libraries=(
            LibraryDoc(
                "Example SDK",
                "1.2",
                False,
                "advertising",
                "Example Inc.",
                Country("US", "sdk"),
                True,
                (Evidence("12 classes, such as com.example.sdk.Ads", Place("classes.dex")),),
                (LibraryUse("location", 2, ("lifecycle", "timer")),),
                flows=(LibraryFlow("clipboard", "network", "collect.example", False),),
            ),
            LibraryDoc("Nameless", None, True, None, None, None, False, (), ()),
        ),
        payloads=(
            PayloadDoc("hermes", "assets/index.android.bundle", "bytecode 96", ("Clipboard.getString", "useClipboard"), 81234),
            PayloadDoc("flutter", "lib/arm64-v8a/libapp.so", None, (), None),
        ),
        findings=tuple(waived if finding.rule_id == waived.rule_id else finding for finding in result.findings),
        score=msgspec.structs.replace(
            result.score, could_be_up_to=90, unseen=(UnseenLine("packed", 45, "All."), UnseenLine(None, -13, "it is capped"))
        ),
        waivers=WaiversDoc(
            judged_on="2026-11-25",
            applied=(AppliedWaiver(_waiver("clipboard-proxy", "2027-03-01"), (waived.fingerprint,)),),
            expired=(AppliedWaiver(_waiver("debuggable", "2026-01-31"), (found["debuggable"].fingerprint,)),),
            unused=(UnusedWaiver(_waiver("camera-use", "2027-01-01"), "The rule does not fire."),),
        ),
        catalog=CatalogDoc(
            apps=2300,
            group="kiosk",
            score_percentile=97,
            score_percentile_in_group=88,
            categories=2,
            categories_percentile=93,
            categories_percentile_in_group=0,
            same_signer=("org.example.chat", "org.example.notes"),
            same_libraries={"Example SDK": 1200, "Nameless": 1},
            same_hosts={"api.example": 31},
        ),
        decision=msgspec.structs.replace(
            result.decision,
            group="kiosk",
            overruled=(Clause("review", "must_review.x", "Apps of this kind are looked at."),),
        ),
        coverage=msgspec.structs.replace(
            result.coverage,
            undecided=(UndecidedRule("clipboard-to-network", "Sends the clipboard to a host", "critical", stages=("dex",)),),
            gaps=tuple(gap for gap in result.coverage.gaps if not any(s in gap.why for s in ("endpoints", "flow", "libraries"))),
        ),
    )


def _waiver(rule: str, expires: str) -> Waiver:
    return Waiver("org.apkvet.samples.proxy", "mobile security", "accepted until spring", expires, rule=rule)


@pytest.fixture(scope="session")
def hostile(rich: Result) -> Result:
    """Hostile text in every field that a package can fill."""
    assert rich.clipboard is not None
    assert rich.findings is not None
    owner = Owner("library", HOSTILE)
    place = Place(HOSTILE, f"L{HOSTILE};->{HOSTILE}()V", 7)
    return msgspec.structs.replace(
        rich,
        app=msgspec.structs.replace(
            rich.app,
            label=HOSTILE,
            file=HOSTILE,
            version_name=HOSTILE,
            package=HOSTILE,
            signers=tuple(msgspec.structs.replace(s, subject=HOSTILE, issuer=HOSTILE) for s in rich.app.signers or ()),
            traits={HOSTILE: HOSTILE},
        ),
        permissions=tuple(msgspec.structs.replace(p, name=HOSTILE, protection_level=HOSTILE) for p in rich.permissions or ()),
        components=tuple(msgspec.structs.replace(c, name=HOSTILE, permission=HOSTILE) for c in rich.components or ()),
        api_calls=tuple(msgspec.structs.replace(c, owner=owner, place=place) for c in rich.api_calls or ()),
        clipboard=tuple(_hostile_access(c, owner, place) for c in rich.clipboard),
        findings=tuple(_hostile_finding(f, owner, place) for f in rich.findings),
        flows=tuple(_hostile_flow(flow, owner, place) for flow in rich.flows or ()),
        libraries=(
            LibraryDoc(
                HOSTILE,
                HOSTILE,
                True,
                HOSTILE,
                HOSTILE,
                Country(HOSTILE, "sdk"),
                True,
                (Evidence(HOSTILE, place),),
                (LibraryUse(HOSTILE, 1, (HOSTILE,)),),
                flows=(LibraryFlow("clipboard", "network", HOSTILE, False),),
            ),
        ),
        endpoints=(
            EndpointDoc(
                HOSTILE, (HOSTILE,), owner, HOSTILE, Country(HOSTILE, "carried"), True, True, (Evidence(HOSTILE, place),)
            ),
        ),
        payloads=(PayloadDoc("web", HOSTILE, HOSTILE, (HOSTILE,), 7),),
        native=(NativeDoc(HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), (HOSTILE,), (HOSTILE,), (HOSTILE,), (HOSTILE,), 7),),
        catalog=CatalogDoc(2, HOSTILE, 1, 1, 1, 1, 1, (HOSTILE,), {HOSTILE: 1}, {HOSTILE: 1}),
    )


def _hostile_access(access: ClipboardDoc, owner: Owner, place: Place) -> ClipboardDoc:
    triggers = tuple(
        msgspec.structs.replace(t, entry_point=f"L{HOSTILE};->{HOSTILE}()V", permission=HOSTILE, on_behalf_of=owner)
        for t in access.triggers or ()
    )
    return msgspec.structs.replace(
        access, owner=owner, place=place, guards=(HOSTILE,), secret=(HOSTILE,), stored_at=(place,), triggers=triggers, api=HOSTILE
    )


def _hostile_flow(flow: FlowDoc, owner: Owner, place: Place) -> FlowDoc:
    source = msgspec.structs.replace(flow.source, api=HOSTILE, owner=owner, place=place)
    country = Country(HOSTILE, "flow")
    sink = msgspec.structs.replace(flow.sink, api=HOSTILE, owner=owner, place=place, host=HOSTILE, country=country)
    return msgspec.structs.replace(flow, source=source, sink=sink, path=(Step(place, HOSTILE),), guards=(HOSTILE,))


def _hostile_finding(finding: Finding, owner: Owner, place: Place) -> Finding:
    evidence = tuple(msgspec.structs.replace(e, text=HOSTILE, place=place) for e in finding.evidence)
    return msgspec.structs.replace(
        finding, message=HOSTILE, owner=owner, on_behalf_of=owner, evidence=evidence, waived=finding.waived and HOSTILE
    )


@pytest.fixture(scope="session")
def raw() -> Callable[..., bytes]:
    """Renders a result to bytes."""

    def call(
        result: Result, format_: Format, language: str = "en", templates: Path | None = None, *, one_line: bool = False
    ) -> bytes:
        out = io.BytesIO()
        present(result, format_, out, load_look(language, templates, one_line=one_line))
        return out.getvalue()

    return call


@pytest.fixture(scope="session")
def render(raw: Callable[..., bytes]) -> Render:
    """Renders a result to text."""

    def call(*args: object, **options: object) -> str:
        return raw(*args, **options).decode()

    return call
