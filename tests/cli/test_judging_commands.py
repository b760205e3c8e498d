"""Rules, policies and waivers on the command line: the loops of an author and of who answers for a decision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

WAIVERS = """waivers:
  - package: org.apkvet.samples.proxy
    rule: clipboard-proxy
    owner: Ada
    reason: It is a test helper.
    expires: 2026-12-31
"""


@pytest.fixture
def seen(run: Run, apks: Path, tmp_path: Path) -> Path:
    """A folder of saved observations and, beside it, of results."""
    names = ("exported-proxy", "keyboard", "paste-button")
    paths = [apks / f"{name}.apk" for name in names]
    assert run("scan", *paths, "--save-observation", tmp_path / "seen", "-o", f"json={tmp_path}/results/").code == 0
    return tmp_path / "seen"


def test_waivers_are_part_of_the_result(run: Run, apks: Path, tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text(WAIVERS)
    args = ("scan", apks / "exported-proxy.apk", "--waivers", tmp_path / "w.yaml", "-o", "json", "--today")
    applied = json.loads(run(*args, "2026-12-31").out)
    assert [len(applied["waivers"][kind]) for kind in ("applied", "expired", "unused")] == [1, 0, 0]
    assert applied["waivers"]["judged_on"] == "2026-12-31"
    expired = json.loads(run(*args, "2027-01-01").out)
    assert [len(expired["waivers"][kind]) for kind in ("applied", "expired", "unused")] == [0, 1, 0]
    costs = [{line["rule_id"] for line in found["score"]["lines"]} for found in (expired, applied)]
    assert costs[0] - costs[1] == {"clipboard-proxy"}
    assert expired["score"]["total"] >= applied["score"]["total"]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--policy", "strickt"], 4, "there is no policy 'strickt'. Did you mean 'strict'?"),
        (["--group", "executive"], 4, "Did you mean 'executives'?"),
        (["--waivers", "none.yaml"], 4, "none.yaml: cannot be read"),
        (["--today", "tomorrow"], 2, "Invalid value for '--today'"),
    ],
)
def test_mistakes_stop_before_anything_is_scanned(run: Run, apks: Path, args: list[str], code: int, message: str) -> None:
    ran = run("scan", apks / "keyboard.apk", *args)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_a_policy_by_name_and_group(run: Run, apks: Path) -> None:
    decided = json.loads(run("scan", apks / "exported-proxy.apk", "--group", "kiosk-tablets", "-o", "json").out)["decision"]
    assert (decided["verdict"], decided["policy"], decided["group"]) == ("block", "default", "kiosk-tablets")
    assert decided["reasons"][0]["clause"] == "must_block.guests"
    assert len(decided["reasons"][0]["findings"]) == 3
    assert run("scan", apks / "exported-proxy.apk", "--policy", "strict").out.startswith("BLOCK ")


def test_policy_list_show_explain(run: Run, root: Path) -> None:
    assert [line.split()[0] for line in run("policy", "list").out.splitlines()] == ["byod", "default", "strict"]
    assert run("policy", "show").out == (root / "rules/policies/default.yaml").read_text()
    text = run("policy", "explain").out
    assert "  when it scores 75 points or more of 100 and may use the network;\n" in text
    assert "Group executives: Phones of people who are worth spying on.\n  review_at is 15 instead of 25\n" in text
    assert "As it is for the group executives" in run("policy", "explain", "--group", "executives").out


def test_policy_check_prints_what_changes_and_why(run: Run, seen: Path) -> None:
    results = seen.parent / "results"
    assert run("policy", "check", "default", results).out == "3 results, 0 verdicts change\n"
    lines = run("policy", "check", "strict", results).out.splitlines()
    (changed,) = [line for line in lines if line.startswith("org.apkvet.samples.proxy")]
    assert "review" in changed
    assert "-> block" in changed
    assert any("[must_block.clipboard-in-background]" in line for line in lines)
    assert lines[-1].startswith("3 results, ")
    assert "the same" in run("policy", "check", "default", results, "--all").out


def test_policy_check_reads_one_result_a_line_and_refuses_what_is_none(run: Run, seen: Path, tmp_path: Path) -> None:
    files = sorted((seen.parent / "results").glob("*.json"))
    lines = [json.dumps(json.loads(path.read_text())) for path in files]
    (tmp_path / "all.json").write_text("\n".join(lines) + "\n")
    assert run("policy", "check", "default", tmp_path / "all.json").out == "3 results, 0 verdicts change\n"
    (tmp_path / "empty").mkdir()
    for path, message in ((tmp_path / "empty", "holds no saved results"), (tmp_path / "none.json", "cannot be read")):
        ran = run("policy", "check", "default", path)
        assert ran.code == 3
        assert message in ran.err


def test_policy_check_of_a_policy_with_an_unknown_rule(run: Run, root: Path, seen: Path, tmp_path: Path) -> None:
    text = (root / "rules/policies/default.yaml").read_text()
    (tmp_path / "p.yaml").write_text(text.replace("location-in-background", "location-in-background2"))
    for command in (
        ["policy", "check", tmp_path / "p.yaml", seen.parent / "results"],
        ["policy", "explain", tmp_path / "p.yaml"],
    ):
        ran = run(*command)
        assert ran.code == 4
        assert "unknown rule 'location-in-background2'. Did you mean 'location-in-background'?" in ran.err


def test_rules_bench(run: Run, seen: Path) -> None:
    out = run("rules", "bench", seen).out
    assert "    1  33 %  high     clipboard-proxy\n" in out
    assert out.splitlines()[-1].startswith("3 apps, ")
    named = run("rules", "bench", seen, "clipboard-proxy").out
    assert "          org.apkvet.samples.proxy: 1 places\n" in named
    ran = run("rules", "bench", seen.parent / "results")
    assert ran.code == 3
    assert "holds no saved observations" in ran.err


OWN = """id: {id}
title: Calls our old interface
category: network
severity: high
match:
  call: {{api: "{api}"}}
message: "{{owner}} calls it at {{count}} places."
docs: {{what: Calls the old interface., why: It is switched off., benign: Never again., ask_vendor: When is it gone?, limits: None at all.}}
references: {{cwe: [CWE-1104]}}
examples:
  - name: it does
    expect: match
    facts: "api-call {api}()V"
  - name: it does not
    expect: no match
    facts: "trait debuggable"
"""


def own_rule(folder: Path, rule_id: str, api: str) -> Path:
    (folder / "network").mkdir(parents=True, exist_ok=True)
    (folder / "network" / f"{rule_id}.yaml").write_text(OWN.format(id=rule_id, api=api))
    return folder


def test_an_api_that_only_an_own_rule_names_is_looked_for(run: Run, apks: Path, tmp_path: Path) -> None:
    own = own_rule(tmp_path / "own", "old-interface", "Landroid/app/Activity;->setContentView")
    assert run("rules", "test", "old-interface", "--rules", own).code == 0
    assert run("rules", "lint", "--rules", own).code == 0
    found = json.loads(run("scan", apks / "paste-button.apk", "--rules", own, "-o", "json").out)["findings"]
    before = json.loads(run("scan", apks / "paste-button.apk", "-o", "json").out)["findings"]
    own_findings = [f for f in found if f["rule_id"] == "old-interface"]
    assert len(found) == len(before) + len(own_findings)
    facts = run("facts", apks / "paste-button.apk", "--rules", own, "--grep", "setContentView").out.splitlines()
    assert bool(facts) == bool(own_findings)
    assert run("facts", apks / "paste-button.apk", "--grep", "setContentView").out == ""


def test_of_an_older_observation_such_a_rule_is_undecided(run: Run, seen: Path, tmp_path: Path) -> None:
    own = own_rule(tmp_path / "own", "old-interface", "Landroid/app/Activity;->setContentView")
    out = run("rules", "bench", seen, "old-interface", "--rules", own).out
    assert "    0   0 %  high     old-interface  undecided in 3\n" in out


def test_an_own_rule_replaces_a_built_in_one(run: Run, apks: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "clipboard").mkdir()
    text = (root / "rules/clipboard/clipboard-proxy.yaml").read_text().replace("severity: high", "severity: low")
    (tmp_path / "clipboard/clipboard-proxy.yaml").write_text(text)
    found = json.loads(run("scan", apks / "exported-proxy.apk", "--rules", tmp_path, "-o", "json").out)["findings"]
    assert [f["severity"] for f in found if f["rule_id"] == "clipboard-proxy"] == ["low"]


def test_drafts_stay_out_of_scans(run: Run, apks: Path, tmp_path: Path) -> None:
    assert run("rules", "new", "an-idea", "--dir", tmp_path, "--category", "webview", "--draft").code == 0
    path = tmp_path / "nursery/webview/an-idea.yaml"
    assert path.exists()
    path.write_text(path.read_text().replace("masvs: [MASVS-PRIVACY-1]", "masvs: [MASVS-PRIVACY-9]"))
    assert "an-idea" not in run("rules", "list", "--rules", tmp_path).out
    assert "an-idea" not in run("scan", apks / "paste-button.apk", "--rules", tmp_path, "-o", "json").out
    assert run("rules", "test", "an-idea", "--rules", tmp_path).code == 0
    ran = run("rules", "lint", "--rules", tmp_path, "--nursery")
    assert ran.code == 0
    assert "draft: masvs has no 'MASVS-PRIVACY-9'; did you mean 'MASVS-PRIVACY-" in ran.out
    assert "0 problems, 1 warnings on drafts" in ran.out


def test_the_tree_of_a_wrong_example_shows_each_condition_and_its_facts(run: Run, tmp_path: Path) -> None:
    run("rules", "new", "mine", "--dir", tmp_path)
    path = tmp_path / "clipboard/mine.yaml"
    condition = "match:\n  all:\n    - clipboard: {operation: read}\n    - not:\n        flow: {source: clipboard}\n"
    text = path.read_text().replace("match:\n  clipboard: {operation: read, owner: app}\n", condition)
    path.write_text(text.replace("facts: |\n      clipboard read\n", "without: [flow]\n    facts: |\n      clipboard read\n"))
    ran = run("rules", "test", "mine", "--rules", tmp_path)
    assert ran.code == 4
    assert ran.out.splitlines()[:6] == [
        "WRONG mine: what it should find: undecided, expected match",
        "      ? all",
        "        ✓ clipboard: operation read",
        "            clipboard read",
        "        ? not",
        "          ? flow: source clipboard",
    ]
