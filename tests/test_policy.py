"""Policies: the shipped ones, groups, known names, and every mistake told; nothing in them is ever ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engine import RuleSet, load_ruleset
from analyzer.errors import RuleError
from analyzer.judge import check_policy
from analyzer.limits import YAML_BYTES
from analyzer.policy import LoadedPolicy, Policy, clauses_of, load_policy, policy_names
from analyzer.policy_words import policy_words
from analyzer.resources import rules_dir
from analyzer.yamlfile import parse_yaml


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


def changed(root: Path, tmp_path: Path, old: str, new: str) -> Path:
    text = (root / "rules/policies/default.yaml").read_text()
    assert old in text
    (tmp_path / "p.yaml").write_text(text.replace(old, new, 1))
    return tmp_path / "p.yaml"


def test_three_policies_are_shipped() -> None:
    assert policy_names() == ["byod", "default", "strict"]


@pytest.mark.parametrize("name", policy_names())
def test_a_shipped_policy_names_only_what_is_there_and_can_be_explained(name: str, ruleset: RuleSet) -> None:
    loaded = load_policy(name)
    assert loaded.policy.name == name
    for group in [None, *loaded.policy.groups]:
        chosen = load_policy(name, group)
        check_policy(chosen, ruleset)
        text = "\n".join(policy_words(chosen))
        assert chosen.digest in text
        for clause_name, clause in clauses_of(chosen.policy):
            assert f"[{clause_name}]" in text
            assert clause.because in text
        assert all(clause.id for _, clause in clauses_of(chosen.policy))


def test_parse_yaml_is_what_load_policy_uses(root: Path) -> None:
    data = (root / "rules/policies/default.yaml").read_bytes()
    assert parse_yaml(data, Policy, "x") == load_policy().policy


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("medium: 10", "medium: 1", "points must not fall"),
        ("present: 60", "present: 90", "confidence must not fall"),
        ("info: 0, ", "", "points lacks info"),
        ("low: 3", "low: -3", "points must not be negative"),
        ("category_cap: 30", "category_cap: -1", "caps must not be negative"),
        ("review_at: 25", "review_at: 80", "thresholds"),
        ("minimum_coverage: 90", "minimum_coverage: 101", "thresholds"),
        ("at_least: 0", "at_least: 1", "grades must rise and begin at 0"),
        ("category_cap:", "categorycap:", "unknown field `categorycap` at $. Did you mean `category_cap`?"),
        ("severity: [high", "severety: [high", "unknown field `severety` at $.must_review[0]. Did you mean `severity`?"),
        ("severity: [high", "severity: [hihg", "'hihg' at $.must_review[0].severity[0]. Did you mean `high`?"),
        ("trigger: [service", "trigger: [servise", "Did you mean `service`?"),
        ("severity: [high, critical]\n", "severity: []\n", "must_review.high-severity asks for nothing"),
        (
            "severity: [high, critical]\n",
            "country: [Norway]\n",
            "'Norway' is no country code. Use two capital letters, as NO, or a bloc, as EU.",
        ),
        ("- id: background-access", "- id: high-severity", "two clauses have the id 'high-severity'"),
        ("block_at: 60", "block_at: 10", "group executives: thresholds"),
        ("without: [power-over-apps]", "without: [power-over-app]", "without the clause 'power-over-app', which is not there"),
        ("must_block:", "allow_signers: [{because: ours, sha256: [abc]}]\nmust_block:", "'abc' is no SHA-256"),
        ("must_block:", "allow_signers: [{because: ours, sha256: []}]\nmust_block:", "names no certificate"),
        ("must_block:", "must_review:", "the key 'must_review' is there twice"),
        ("must_block:", "must_block: &a", "anchors and aliases are not allowed"),
    ],
)
def test_a_policy_with_a_mistake_is_refused(root: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        load_policy(changed(root, tmp_path, old, new))
    assert message in str(caught.value)
    assert "p.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule: [location-in-background", "rule: [location-in-backgrond", "unknown rule 'location-in-backgrond'. Did you mean"),
        ("severity: [critical]\n", "category: [clipbord]\n", "unknown category 'clipbord'. Did you mean 'clipboard'?"),
        ("{clipboard: 45}", "{clipbord: 45}", "category_caps names the unknown category 'clipbord'"),
        ("category: [clipboard]", "category: [clipbord]", "groups.kiosk-tablets.must_block.guests names the unknown category"),
    ],
)
def test_a_clause_that_names_what_is_not_there_is_refused(
    root: Path, tmp_path: Path, ruleset: RuleSet, old: str, new: str, message: str
) -> None:
    loaded = load_policy(changed(root, tmp_path, old, new))
    with pytest.raises(RuleError) as caught:
        check_policy(loaded, ruleset)
    assert message in str(caught.value)


def test_an_unknown_library_is_refused_where_libraries_are_known(root: Path, tmp_path: Path, ruleset: RuleSet) -> None:
    loaded = load_policy(changed(root, tmp_path, "severity: [critical]\n", "library: [Picaso]\n"))
    check_policy(loaded, ruleset)
    with pytest.raises(RuleError, match="unknown library 'Picaso'"):
        check_policy(loaded, ruleset, lambda: {"Picasso"})


def test_a_group_changes_what_it_says_and_nothing_else() -> None:
    plain, group = load_policy().policy, load_policy(group="kiosk-tablets").policy
    assert (plain.review_at, group.review_at) == (25, 40)
    assert (plain.block_at, plain.points, plain.grades) == (group.block_at, group.points, group.grades)
    names = {name for name, _ in clauses_of(plain)}
    assert {name for name, _ in clauses_of(group)} == names - {"must_review.power-over-apps"} | {"must_block.guests"}
    assert load_policy().digest == load_policy(group="kiosk-tablets").digest


@pytest.mark.parametrize(
    ("policy", "group", "message"),
    [
        ("defalt", None, "there is no policy 'defalt'. Did you mean 'default'?"),
        ("default", "executive", "no group 'executive'. Did you mean 'executives'?"),
        ("byod", "kiosks", "the policy 'byod' has no group 'kiosks'. It has no groups."),
        ("nowhere/p.yaml", None, "nowhere/p.yaml: cannot be read"),
    ],
)
def test_an_unknown_name_gets_the_nearest(policy: str, group: str | None, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        load_policy(policy, group)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (10 << 20),
        b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
        b"[" * 5000 + b"]" * 5000,
        b"name: a\nname: b\n",
        b"\xff\xfe\x00",
        b"",
        b"- a\n- b\n",
    ],
    ids=["ten megabytes", "alias bomb", "deep", "twice", "not text", "empty", "a list"],
)
def test_hostile_files_end_in_one_clear_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(data)
    with pytest.raises(RuleError) as caught:
        load_policy(path)
    assert str(caught.value).startswith(f"{path}")
    assert len(str(caught.value)) < 300
    assert len(data) < YAML_BYTES or "larger than" in str(caught.value)


def test_norway_is_a_country(root: Path, tmp_path: Path) -> None:
    loaded = load_policy(changed(root, tmp_path, "severity: [critical]\n", "country: [NO, SE]\n"))
    assert isinstance(loaded, LoadedPolicy)
    assert loaded.policy.must_block[0].country == ["NO", "SE"]
