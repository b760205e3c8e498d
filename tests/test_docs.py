"""What the documents say is there: commands, formats, exit codes, paths, targets."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from analyzer.cli.main import apkvet, main
from analyzer.reporting import FORMATS

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "reports/README.md",
    "rules/README.md",
    "samples/README.md",
    "bench/README.md",
    "docs/CATALOG.md",
    "docs/RUNTIMES.md",
)


def commands(group: click.Group, prefix: str = "") -> list[str]:
    names = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        names.append(prefix + name)
        if isinstance(command, click.Group):
            names += commands(command, f"{prefix}{name} ")
    return names


@pytest.mark.parametrize("command", commands(apkvet))
def test_every_command_has_help_and_is_in_the_readme(command: str, root: Path) -> None:
    context = click.Context(apkvet)
    found: click.Command | None = apkvet
    for word in command.split():
        assert isinstance(found, click.Group)
        found = found.get_command(context, word)
    assert found is not None
    assert found.help
    assert f"apkvet {command.split()[0]}" in (root / "README.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_in_a_document_exists(document: str, root: Path) -> None:
    known = set(commands(apkvet))
    for match in re.finditer(r"[`$] ?apkvet ([a-z]+)( [a-z]+)?", (root / document).read_text()):
        words = match[1] + (match[2] or "")
        assert match[1] in known or words in known, words


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_linked_path_exists(document: str, root: Path) -> None:
    text = (root / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (root / document).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_script_and_target_exists(document: str, root: Path) -> None:
    text = (root / document).read_text()
    for script in re.findall(r"python ((?:bench|samples)/[\w/]+\.py)", text):
        assert (root / script).is_file(), script
    makefile = (root / "Makefile").read_text()
    for target in re.findall(r"[`$] ?make ([a-z]+)", text):
        assert f"\n{target}:" in makefile, target


def test_the_readme_names_formats_and_exit_codes(root: Path) -> None:
    text = (root / "README.md").read_text()
    for format_ in FORMATS:
        assert f"`{format_}`" in text
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == ["0", "1", "2", "3", "4", "5", "6"]


def test_the_gate_calls_the_readmes_test_command(root: Path) -> None:
    assert "make test" in (root / "README.md").read_text()
    assert "make test" in (root / ".ci/run").read_text()


def test_the_blocks_that_may_be_replaced_are_listed(root: Path) -> None:
    text = (root / "reports/README.md").read_text()
    for name in ("html/app.html", "markdown/app.md", "markdown/questions.md"):
        for block in re.findall(r"{% block (\w+) %}", (root / "reports" / name).read_text()):
            assert f"`{block}`" in text or block in ("title", "body_class", "body"), block


def test_the_example_of_a_flow_is_part_of_what_is_printed(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"\$ apkvet scan (\S+)\n\.\.\.\n(.*?\n)\.\.\.\n```", (root / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    with pytest.raises(SystemExit):
        main(["scan", str(root / shown[1])])
    assert f"\n{shown[2]}\n" in capfd.readouterr().out


def test_the_first_example_is_what_is_printed(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"\$ apkvet scan (\S+)\n(.*?)\n\.\.\.\n```", (root / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    with pytest.raises(SystemExit):
        main(["scan", str(root / shown[1])])
    assert capfd.readouterr().out.startswith(shown[2])


def test_every_proof_that_the_threat_model_names_is_there(root: Path) -> None:
    named = re.findall(r"`((?:tests|bench|samples|analyzer)/[^`]*)`", (root / "SECURITY.md").read_text())
    assert len(named) > 15
    assert [name for name in named if not (root / name).exists()] == []
