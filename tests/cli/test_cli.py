"""The command line as a person or a script meets it: outputs, exit codes, one line for each failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_text_on_standard_output_by_default(run: Run, apks: Path) -> None:
    ran = run("scan", apks / "paste-button.apk")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("ALLOW   score 2 of 100, grade A   Paste button  org.apkvet.samples.paste 1.1\n")
    assert "\x1b" not in ran.out


def test_formats_to_files(run: Run, apks: Path, tmp_path: Path) -> None:
    ran = run("scan", apks / "keyboard.apk", "-o", f"json={tmp_path}/r.json", "-o", f"html={tmp_path}/sub/r.html", "-o", "text")
    assert ran.code == 0
    assert json.loads((tmp_path / "r.json").read_text())["app"]["package"] == "org.apkvet.samples.keyboard"
    assert (tmp_path / "sub/r.html").read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["r.html", "r.json", "sub"]


def test_several_packages_are_one_json_line_each_in_order_and_one_failure_ends_nothing(
    run: Run, apks: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.apk").write_bytes(b"no package")
    ran = run(
        "scan",
        apks / "multidex.apk",
        tmp_path / "none.apk",
        tmp_path / "bad.apk",
        tmp_path,
        apks / "paste-button.apk",
        "-o",
        "json",
    )
    assert ran.code == 3
    documents = [json.loads(line) for line in ran.out.splitlines()]
    assert [d["app"]["file"] for d in documents] == ["multidex.apk", "none.apk", "bad.apk", tmp_path.name, "paste-button.apk"]
    assert [d["score"] is None for d in documents] == [False, True, True, True, False]
    assert ran.err.splitlines() == [
        f"apkvet: {tmp_path}/none.apk: no such file. Check the path.",
        f"apkvet: {tmp_path}/bad.apk: is not an Android package: it is no ZIP file. Give an APK file.",
        f"apkvet: {tmp_path}: holds no APK that can be read: bad.apk is no ZIP file. Fetch it again.",
    ]


def test_a_folder_of_a_base_and_its_splits_is_one_app(run: Run, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("base.apk", "split_paste.apk"):
        shutil.copy(root / "samples/bundles/apk" / name, folder)
    ran = run("scan", folder, "-o", "json", "-o", f"text={tmp_path}/")
    document = json.loads(ran.out)
    assert (ran.code, document["app"]["file"], document["app"]["splits"]) == (0, "notes", ["paste"])
    assert {clip["place"]["file"] for clip in document["clipboard"]} == {"classes.dex", "split_paste.apk!classes.dex"}
    assert "With the splits or modules paste" in (tmp_path / "notes.txt").read_text()


def test_files_for_several_packages_take_their_names_from_them(run: Run, apks: Path, tmp_path: Path) -> None:
    both = (apks / "multidex.apk", apks / "paste-button.apk")
    assert run("scan", *both, "-o", f"json={tmp_path}/{{package}}.json", "-o", f"html={tmp_path}/pages/").code == 0
    assert sorted(p.name for p in tmp_path.glob("*.json")) == ["org.apkvet.samples.multi.json", "org.apkvet.samples.paste.json"]
    assert sorted(p.name for p in (tmp_path / "pages").iterdir()) == ["multidex.apk.html", "paste-button.apk.html"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file; run the tests as another user")
def test_an_unreadable_file_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.apk").write_bytes(b"PK")
    (tmp_path / "x.apk").chmod(0)
    assert "Permission denied" in run("scan", tmp_path / "x.apk").err


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["scan"], 2, "Missing argument"),
        (["scan", "A", "-o", "xml"], 2, "apkvet: unknown format 'xml'. Formats: text, html, json, markdown, sarif, csv,"),
        (["scan", "A", "-o", "json="], 2, "no file after"),
        (["scan", "A", "-o", "json", "-o", "text"], 2, "only one format can go to standard output"),
        (["scan", "A", "B", "-o", "json=one.json"], 2, "one file for 2 packages"),
        (["scan", "A", "B", "-o", "sarif"], 2, "several documents of the format sarif cannot go to standard output"),
        (["scan", "A", "--lang", "tlh"], 2, "no texts in the language 'tlh'. Languages: de, en."),
        (["scan", "A", "--templates", "nowhere"], 2, "nowhere: is not a folder of templates"),
        (["scan", "A", "-o", "json=A"], 2, "is one of the packages"),
        (["scan", "A", "--policy", "none.yaml"], 4, "none.yaml: cannot be read"),
        (["scan", "A", "--rules", "nowhere"], 4, "nowhere: is not a folder of rules"),
        (["scan", "A", "--fail-on", "allow"], 2, "Invalid value for '--fail-on'"),
        (["facts", "none.apk"], 3, "none.apk: no such file"),
        (["render", "none.json"], 3, "none.json: cannot be read"),
        (["explain", "clipboard-wach"], 4, "Did you mean 'clipboard-watch'?"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_mistakes_are_one_line_with_the_right_code(
    run: Run, args: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*args)
    assert ran.code == code
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_rule_with_a_typo_stops_before_anything_is_scanned(run: Run, root: Path, apks: Path, tmp_path: Path) -> None:
    (tmp_path / "clipboard").mkdir()
    text = (root / "rules/clipboard/clipboard-watch.yaml").read_text().replace("operation:", "operaton:")
    (tmp_path / "clipboard/clipboard-watch.yaml").write_text(text)
    ran = run("scan", apks / "keyboard.apk", "--rules", tmp_path)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == (
        f"apkvet: {tmp_path}/clipboard/clipboard-watch.yaml:6: unknown field `operaton` at $.match.clipboard. "
        "Did you mean `operation`?\n"
    )


@pytest.mark.parametrize(("fail_on", "code"), [("review", 1), ("block", 0)])
def test_fail_on(run: Run, apks: Path, fail_on: str, code: int) -> None:
    assert run("scan", apks / "exported-proxy.apk", "--fail-on", fail_on).code == code


def test_facts_print_and_grep(run: Run, apks: Path) -> None:
    ran = run("facts", apks / "paste-button.apk", "--grep", "CLIPBOARD READ")
    (line,) = ran.out.splitlines()
    assert line.startswith(
        "clipboard read api=Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData; gate="
    )
    assert line.endswith("at=classes.dex:Lorg/apkvet/samples/paste/MainActivity;->onClick(Landroid/view/View;)V+0010")


def test_a_saved_result_renders_again_to_the_same_page(run: Run, apks: Path, tmp_path: Path) -> None:
    first = f"{tmp_path}/a.html"
    run("scan", apks / "keyboard.apk", "--reproducible", "-o", f"json={tmp_path}/a.json", "-o", f"html={first}")
    assert run("render", f"{tmp_path}/a.json", "-o", f"html={tmp_path}/b.html").code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_saved_result_renders_in_another_language(run: Run, apks: Path, tmp_path: Path) -> None:
    run("scan", apks / "keyboard.apk", "--reproducible", "-o", f"json={tmp_path}/a.json")
    assert run("render", f"{tmp_path}/a.json", "-o", "markdown", "--lang", "de").out.startswith("## Von einem Menschen prüfen: ")
    assert run("render", f"{tmp_path}/a.json", "-o", f"{'xlsx'}={tmp_path}/a.xlsx").code == 0
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")


def test_own_templates_replace_single_blocks_and_a_mistake_in_one_is_one_line(run: Run, apks: Path, tmp_path: Path) -> None:
    run("scan", apks / "keyboard.apk", "--reproducible", "-o", f"json={tmp_path}/a.json")
    (tmp_path / "own/html").mkdir(parents=True)
    page = tmp_path / "own/html/app.html"
    page.write_text('{% extends "apkvet/html/app.html" %}{% block provenance %}<p>Seen by {{ app.package }}.</p>{% endblock %}')
    ran = run("render", f"{tmp_path}/a.json", "-o", "html", "--templates", tmp_path / "own")
    assert "<p>Seen by org.apkvet.samples.keyboard.</p>" in ran.out
    assert 'id="findings"' in ran.out
    assert 'id="provenance"' not in ran.out
    page.write_text("{{ nothing }}")
    ran = run("render", f"{tmp_path}/a.json", "-o", f"html={tmp_path}/a.html", "--templates", tmp_path / "own")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("apkvet: html/app.html: the template fails: 'nothing' is undefined.")
    assert not (tmp_path / "a.html").exists()


def test_data_is_followed_as_far_as_asked(run: Run, apks: Path) -> None:
    command = ("facts", apks / "exported-proxy.apk", "--grep", "flow")
    assert run(*command).out.startswith("flow clipboard sink=ipc ")
    assert run(*command, "--flow", "full", "--implicit").out.startswith("flow clipboard sink=ipc ")
    assert [line.split()[:2] for line in run(*command, "--flow", "off").out.splitlines()] == [["gap", "stage-not-run"]]
    scanned = json.loads(run("scan", apks / "exported-proxy.apk", "--flow", "off", "-o", "json").out)
    assert scanned["flows"] is None
    assert "clipboard-answered" in {rule["rule_id"] for rule in scanned["coverage"]["undecided"]}
    assert run("scan", "x.apk", "--flow", "fastest").code == 2


def test_a_saved_observation_lists_the_same_facts(run: Run, apks: Path, tmp_path: Path) -> None:
    run("scan", apks / "keyboard.apk", "--save-observation", tmp_path, "-o", f"text={tmp_path}/t")
    (saved,) = tmp_path.glob("*.msgpack")
    assert run("facts", saved).out == run("facts", apks / "keyboard.apk").out


def test_an_own_fault_is_told_and_does_not_end_the_run(run: Run, apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import analyzer.scan

    def broken(*args: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(analyzer.scan, "api_calls", broken)
    ran = run("scan", apks / "keyboard.apk", apks / "multidex.apk", "-o", "json")
    assert ran.code == 3
    assert len(ran.out.splitlines()) == 2
    assert ran.err.count("apkvet itself failed (ZeroDivisionError: boom)") == 2
    assert "Please report this" in ran.err


def test_a_file_name_that_is_no_text_is_shown_escaped(run: Run, apks: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.apk")
    path.write_bytes((apks / "multidex.apk").read_bytes())
    assert json.loads(run("scan", path, "-o", "json").out)["app"]["file"] == "\\udcff.apk"


def test_rules_commands(run: Run, tmp_path: Path) -> None:
    assert "clipboard-collected" in run("rules", "list", "--category", "clipboard").out
    assert run("rules", "show", "clipboard-watch").out.startswith("id: clipboard-watch\n")
    assert run("rules", "lint").out.endswith("rules, 0 problems\n")
    assert run("rules", "test").out.endswith(", 0 wrong\n")
    assert run("rules", "new", "my-rule", "--dir", tmp_path).code == 0
    assert "ok    my-rule: what it should find: match" in run("rules", "test", "my-rule", "--rules", tmp_path).out
    path = tmp_path / "clipboard/my-rule.yaml"
    path.write_text(path.read_text().replace("clipboard read\n", "clipboard peek\n"))
    ran = run("rules", "test", "my-rule", "--rules", tmp_path)
    assert ran.code == 4
    assert "✗ clipboard: operation read, owner app" in ran.out


def test_explain_prints_the_page(run: Run) -> None:
    assert "Ask the vendor: " in run("explain", "clipboard-watch").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    assert "_APKVET_COMPLETE" in run("completion", shell).out


def test_help_imports_nothing_heavy(root: Path) -> None:
    code = (
        "import sys\nfrom analyzer.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'rich', 'jinja2', 'androguard', 'lief', 'yaml', 'msgspec') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# What a scan without data flow to JSON must do without: each costs as much as looking into a small package's manifest.
NOT_FOR_JSON = (
    "analyzer.flow.engine", "analyzer.declared", "analyzer.reporting.words", "analyzer.formats.elf", "numpy.ma", "yaml", "jinja2", "tomllib",
    "dataclasses", "json", "string", "tempfile",
)  # fmt: skip


def test_a_json_report_imports_only_what_it_needs(root: Path, apks: Path) -> None:
    code = (
        "import sys\nfrom analyzer.cli.main import main\n"
        f"try: main(['scan', {str(apks / 'keyboard.apk')!r}, '-q', '--flow', 'off', '-o', 'json=/dev/null'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {NOT_FOR_JSON} if m in sys.modules])"
    )
    for _ in range(2):  # the first fills the cache with what is worked out from data files, where it is not there
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "out"),
    [
        (["scan", "samples/apk/keyboard.apk", "-q", "-o", "json"], 0, "{"),
        (["scan", "samples/apk/exported-proxy.apk", "-q", "-o", "json", "--fail-on", "review"], 1, "{"),
        (["scan", "none.apk", "-q", "-o", "json"], 3, "{"),
        (["scan", "samples/apk/keyboard.apk", "-o", "none"], 2, ""),
    ],
)
def test_the_process_ends_with_its_exit_code_and_all_it_wrote(root: Path, arguments: list[str], code: int, out: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "analyzer.cli", *arguments], capture_output=True, text=True, cwd=root, check=False
    )
    assert (done.returncode, done.stdout[: len(out)]) == (code, out)
    assert not out or json.loads(done.stdout)["schema_version"]


def test_a_closed_pipe_is_no_error(root: Path, apks: Path) -> None:
    command = f"{sys.executable} -m analyzer.cli facts {apks / 'keyboard.apk'} | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=root, check=False)
    assert done.stderr == ""
