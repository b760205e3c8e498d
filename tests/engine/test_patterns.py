"""Each field of each pattern, on facts that pass and facts that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engine import match
from analyzer.engine.schema import Condition
from analyzer.facts import FACT_TYPES, parse_facts, sort_facts
from tests.engine.test_matching import rules

FACTS = """
app com.a label="My app" version_name=2.1 version_code=21 min_sdk=21 target_sdk=30
permission p.A declared=true used=true used_by={"owner":{"kind":"library","name":"Ads"}}
component receiver name=com.a.R filter={"actions":["a.SMS"],"data":["tel:"]} filter={"actions":["a.BOOT"],"categories":["c.D"]}
component provider name=com.a.P authorities=com.a.files grant_uri_permissions=true
component service name=com.a.S process=:remote
clipboard read at=classes.dex:Lcom/a/Main;->m()V+0001 gate={"api_from":21,"api_to":28,"effect":"any app"} gate={"api_from":29,"effect":"focus only"}
reach timer entry_point=Lcom/a/J;->run()V exported=true permission=p.X at=classes.dex:Lcom/a/Main;->m()V
override Ljavax/net/ssl/X509TrustManager;->checkServerTrusted empty=true owner=library:Ads at=classes.dex:La/T;->c()V
string https://a.example owner=app at=classes.dex:Lcom/a/Main;->m()V+0009
flow clipboard sink=network host=a.example country=NO guard=$ at=classes.dex:Lcom/a/Main;->m()V+0001
flow location sink=network at=classes.dex:Lcom/a/Main;->m()V+0001
library Ads version=1.2 vendor="Ads Ltd" kind=advertising country=SE renamed=true
endpoint a.example urls=http://a.example/x cleartext=true country=NO
endpoint b.example
native lib/arm64-v8a/libx.so abi=arm64-v8a imports=socket jni_exports=Java_a_B_c names=getPrimaryClip hardening=nx marks=stripped contains="SQLite 3.39.2"
payload hermes file=assets/index.bundle version=96 uses=Clipboard.getString
gap native why="2 native libraries were not analysed."
trait debuggable
signer abc debug=true
secret aws-access-key masked=AKIA… at=classes.dex:La/B;->c()V+0001
decoder Lcom/a/D;->d(I)Ljava/lang/String; calls=9 decoded=7
decoded getPrimaryClip decoder=Lcom/a/D;->d(I)Ljava/lang/String; owner=library:ads
"""


@pytest.mark.parametrize(
    ("pattern", "fires"),
    [
        ("permission: {used_by: library}", True),
        ("permission: {used_by: app}", False),
        ("permission: {used_by_name: [Ads, Maps]}", True),
        ("component: {authority: '*.files', grants_uris: true}", True),
        ("component: {kind: service, process: ':*'}", True),
        ("component: {action: a.SMS, data: 'tel:*'}", True),
        ("component: {action: a.BOOT, data: 'tel:*'}", True),
        ("intent: {action: a.SMS, data: 'tel:*'}", True),
        ("intent: {action: a.BOOT, data: 'tel:*'}", False),  # in one and the same filter
        ("intent: {action: a.BOOT, category: c.D, kind: receiver, exported: false, guarded: false}", True),
        ("intent: {kind: service}", False),
        ("clipboard: {gate: {at_api: 28, effect: 'any *'}}", True),
        ("clipboard: {gate: {at_api: 29, effect: 'any *'}}", False),
        ("clipboard: {gate: {at_api: 34}}", True),
        ("clipboard: {gate: {at_api: 20}}", False),
        ("reach: {trigger: timer, exported: true, guarded: true}", True),
        ("reach: {trigger: timer, guarded: false}", False),
        ("reach: {entry_point: '*->run()V', assumed: false}", True),
        ("override: {api: '*->checkServerTrusted*', empty: true, owner: library}", True),
        ("override: {empty: false}", False),
        ("string: {value: 'https://*', owner: app}", True),
        ("string: {value: 'http:*'}", False),
        ("flow: {source: clipboard, sink: network, host: '*.example', country: NO, guarded: true, guard: $}", True),
        ("flow: {source: clipboard, not_country: [SE, DK]}", True),
        ("flow: {source: location, not_country: SE}", False),  # its country is not known
        ("flow: {source: clipboard, not_country: 'NO'}", False),
        ("library: {name: Ads, kind: advertising, vendor: 'Ads*', country: SE, renamed: true, version: '1.*'}", True),
        ("library: {kind: analytics}", False),
        ("endpoint: {host: a.example, cleartext: true, url: 'http://*', country: NO}", True),
        ("endpoint: {host: b.example, cleartext: false}", False),
        ("native: {file: '*/libx.so', abi: arm64-v8a, imports: socket, exports: 'Java_*', names: getPrimaryClip}", True),
        ("native: {imports: fopen}", False),
        ("native: {hardening: nx, lacks: canary, marks: strip*, contains: 'SQLite 3.*'}", True),
        ("native: {lacks: nx}", False),
        ("native: {lacks: [nx, canary]}", True),
        ("payload: {kind: hermes, uses: 'Clipboard.*', version: '96', file: 'assets/*'}", True),
        ("payload: {kind: dart}", False),
        ("gap: {kind: native, why: '*native*'}", True),
        ("app: {package: com.a, label: 'My *', version_at_least: 20, version_at_most: 21, version_name: '2.*'}", True),
        ("decoder: {calls_at_least: 9, decoded_at_most: 8}", True),
        ("decoder: {method: 'Lcom/a/*', decoded_at_least: 8}", False),
        ("decoded: {value: get*, owner: library}", True),
        ("decoded: {value: get*, owner: app}", False),
        ("app: {version_at_least: 22}", False),
        ("app: {version_at_most: 20}", False),
    ],
)
def test_pattern(tmp_path: Path, pattern: str, fires: bool) -> None:
    found = match(rules(tmp_path, r=f"match: {{{pattern}}}"), sort_facts(parse_facts(FACTS)))
    assert bool(found) == fires


def test_every_kind_of_fact_can_be_asked_for(tmp_path: Path) -> None:
    inner = ("all", "any", "not_", "at_least", "rule", "sdk", "intent", "app", "call", "trait")
    kinds = {name for name in Condition.__struct_fields__ if name not in inner}
    assert kinds == set(FACT_TYPES) - {"api-call", "app", "trait"}
    bare = {f"r-{kind}": f"match: {{{kind}: {{}}}}" for kind in kinds - {"string"}}
    found = match(rules(tmp_path, **bare), sort_facts(parse_facts(FACTS)))
    assert {m.rule.id for m in found} == set(bare)


COMPONENTS = """
component service name=com.a.Sync
component activity name=com.a.Main
api-call Lx/Y;->loc()V category=location at=classes.dex:Lcom/lib/Locator;->get()V+0001
reach service entry_point=Lcom/a/Sync;->onStartCommand()V at=classes.dex:Lcom/lib/Locator;->get()V
api-call Lx/Y;->net()V category=network at=classes.dex:Lcom/a/Sync$1;->run()V+0001
api-call Lx/Y;->contacts()V category=contacts at=classes.dex:Lcom/a/Main;->onCreate()V+0001
trait debuggable
"""


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ("all: [{call: {category: location}}, {call: {category: network}}]", True),
        ("all: [{call: {category: location}}, {call: {category: contacts}}]", False),
        ("all: [{call: {category: location}}, {component: {kind: service}}]", True),
        ("all: [{call: {category: location}}, {component: {kind: activity}}]", False),
        ("all: [{call: {category: contacts}}, {component: {kind: activity}}, {trait: {name: debuggable}}]", True),
        ("all: [{call: {category: location}}, {not: {call: {category: contacts}}}]", True),
    ],
)
def test_component_scope(tmp_path: Path, condition: str, fires: bool) -> None:
    """What lies in a component's class, and what one of its entry points leads to, is seen together."""
    ruleset = rules(tmp_path, r=f"scope: component\nmatch: {{{condition}}}")
    assert bool(match(ruleset, sort_facts(parse_facts(COMPONENTS)))) == fires
