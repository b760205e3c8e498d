"""Conditions over facts: what holds, for whom, with which evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engine import RuleSet, explain, load_ruleset, match, print_tree
from analyzer.errors import RuleError
from analyzer.facts import format_fact, parse_facts, sort_facts

HEAD = """id: {id}
title: A rule
category: test
severity: low
message: "x {{count}} {{owner}}"
docs: {{what: something, why: something, benign: something, ask_vendor: something, limits: something}}
references: {{masvs: [MASVS-PRIVACY-1]}}
examples: []
"""


def rules(folder: Path, **conditions: str) -> RuleSet:
    (folder / "test").mkdir(exist_ok=True)
    for name, condition in conditions.items():
        rule_id = name.replace("_", "-")
        (folder / "test" / f"{rule_id}.yaml").write_text(HEAD.format(id=rule_id) + condition)
    return load_ruleset([folder])


FACTS = """
app com.a min_sdk=21 target_sdk=30
permission android.permission.CAMERA declared=true used=false protection_level=dangerous|instant
permission android.permission.INTERNET declared=true protection_level=normal
component receiver name=com.a.R exported=true filter={"actions":["android.intent.action.BOOT_COMPLETED"]}
component service name=com.a.S permission=a.b
api-call La/B;->x()V category=location at=classes.dex:Lcom/a/Main$1;->run()V+0001
api-call La/B;->y()V category=contacts owner=library:Ads at=classes.dex:Lads/A;->a()V+0002
api-call La/B;->x()V category=location owner=library:Ads at=classes.dex:Lads/A;->a()V+0004 arg={"index":1,"value":"gps"}
clipboard read at=classes.dex:Lcom/a/Main;->onResume()V+0003
clipboard watch removed_at=classes.dex:Lcom/a/Main;->off()V+0001 at=classes.dex:Lcom/a/Main;->on()V+0003
trait debuggable
gap native
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("match: {permission: {name: '*.CAMERA', declared: true, used: false, level: dangerous}}", [(None, 1)]),
        ("match: {permission: {used: unknown}}", [(None, 1)]),
        ("match: {permission: {name: CAMERA}}", []),
        (
            "match: {component: {kind: [receiver, provider], exported: true, guarded: false, action: '*BOOT_COMPLETED'}}",
            [(None, 1)],
        ),
        ("match: {component: {kind: service, guarded: false}}", []),
        ("match: {call: {category: location}}", [("app", 1), ("library:Ads", 1)]),
        ("match: {call: {category: location, owner: app}}", [("app", 1)]),
        ("match: {call: {category: location, not_owner_name: Ads}}", [("app", 1)]),
        ("match: {call: {argument: {index: 1, value: gps}}}", [("library:Ads", 1)]),
        ("match: {call: {argument: {index: 0, value: gps}}}", []),
        ("match: {clipboard: {operation: watch, removed: true}}", [("app", 1)]),
        ("match: {trait: {name: debuggable, value: 'true'}}", [(None, 1)]),
        ("match: {sdk: {min_at_most: 21, target_at_least: 30}}", [(None, 1)]),
        ("match: {sdk: {min_at_most: 20}}", []),
        ("match: {gap: {kind: [native, payload]}}", [(None, 1)]),
        # both calls are needed: only the library makes both
        ("match: {all: [{call: {category: location}}, {call: {category: contacts}}]}", [("library:Ads", 2)]),
        # nobody makes both, but together they are there
        ("match: {all: [{clipboard: {operation: read}}, {call: {category: contacts}}]}", [(None, 2)]),
        ("match: {any: [{trait: {name: none}}, {gap: {kind: native}}]}", [(None, 1)]),
        ("match: {all: [{gap: {kind: native}}, {not: {trait: {name: debuggable}}}]}", []),
        ("match: {all: [{gap: {kind: native}}, {not: {trait: {name: other}}}]}", [(None, 1)]),
        (
            "match: {at_least: {count: 2, of: [{gap: {kind: native}}, {trait: {name: none}}, {trait: {name: debuggable}}]}}",
            [(None, 2)],
        ),
        ("match: {at_least: {count: 2, of: [{gap: {kind: native}}, {trait: {name: none}}]}}", []),
        # scopes: the outermost class holds its inner classes; one method holds only its own facts
        ("scope: class\nmatch: {all: [{clipboard: {operation: read}}, {call: {category: location}}]}", [("app", 2)]),
        ("scope: method\nmatch: {all: [{clipboard: {operation: read}}, {call: {category: location}}]}", []),
        (
            "scope: method\nmatch: {all: [{call: {category: contacts}}, {call: {category: location}}, {trait: {name: debuggable}}]}",
            [("library:Ads", 3)],
        ),
    ],
)
def test_conditions(tmp_path: Path, condition: str, expected: list[tuple[str | None, int]]) -> None:
    facts = sort_facts(parse_facts(FACTS))
    found = match(rules(tmp_path, r=condition), facts)
    owners = [f"{m.owner.kind}:{m.owner.name}".rstrip(":") if m.owner else None for m in found]
    assert list(zip(owners, [len(m.facts) for m in found], strict=True)) == expected


def test_a_rule_builds_on_another_whatever_their_names(tmp_path: Path) -> None:
    ruleset = rules(
        tmp_path, a_first="match: {all: [{rule: z-last}, {trait: {name: debuggable}}]}", z_last="match: {gap: {kind: native}}"
    )
    found = {m.rule.id: [format_fact(f) for f in m.facts] for m in match(ruleset, sort_facts(parse_facts(FACTS)))}
    assert found == {"z-last": ["gap native"], "a-first": ["trait debuggable", "gap native"]}


def test_the_tree_says_what_held(tmp_path: Path) -> None:
    ruleset = rules(tmp_path, r="match: {all: [{gap: {kind: native}}, {trait: {name: other}}]}")
    held, tree = explain(ruleset.get("r"), ruleset, sort_facts(parse_facts(FACTS)))
    assert not held
    assert list(print_tree(tree)) == ["✗ all", "  ✓ gap: kind native", "      gap native", "  ✗ trait: name other"]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("match: {}", "exactly one kind at $.match, it has: none"),
        ("match: {gap: {kind: native}, trait: {name: a}}", "it has: trait, gap"),
        ("match: {not: {gap: {kind: native}}}", "'not' may stand only under 'all' at $.match"),
        ("match: {any: [{not: {gap: {}}}]}", "'not' may stand only under 'all'"),
        ("match: {all: [{not: {gap: {}}}]}", "'all' needs something besides 'not'"),
        ("match: {any: []}", "'any' is empty"),
        ("match: {at_least: {count: 3, of: [{gap: {}}]}}", "'count' must be"),
        ("match: {call: {category: locaton}}", "'locaton'"),
        ("match: {rule: nothing}", "unknown rule 'nothing'"),
        ("match: {rule: r}", "in a circle: r -> r"),
        ("match: {gap: {kind: native}}\nmessage: '{nonsense}'", "is there twice"),
    ],
)
def test_a_senseless_rule_is_refused(tmp_path: Path, condition: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        rules(tmp_path, r=condition)
    assert message in str(caught.value)
    assert "r.yaml" in str(caught.value)


def test_a_later_folder_replaces_a_rule_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = rules(tmp_path / "one", r="match: {gap: {kind: native}}")
    rules(tmp_path / "two", r="match: {gap: {kind: payload}}")
    both = load_ruleset([tmp_path / "one", tmp_path / "two"])
    assert len(both.rules) == 1
    assert both.digest != first.digest
    assert match(both, sort_facts(parse_facts(FACTS))) == []


def test_one_id_twice_in_a_folder_is_refused(tmp_path: Path) -> None:
    rules(tmp_path, r="match: {gap: {kind: native}}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/r.yaml").write_text((tmp_path / "test/r.yaml").read_text())
    with pytest.raises(RuleError, match="is also in"):
        load_ruleset([tmp_path])
