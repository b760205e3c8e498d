"""``apkvet rules`` and ``apkvet explain``: see, start, prove and check rules."""

from __future__ import annotations

from pathlib import Path

import click

_RULES = click.option(
    "--rules", "folders", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="More rules, as for scan."
)


def _load(folders: tuple[Path, ...]):  # type: ignore[no-untyped-def]  # noqa: ANN202  # engine.RuleSet, imported late
    from analyzer.engine import load_ruleset
    from analyzer.resources import rules_dir

    return load_ruleset([rules_dir(), *folders])


@click.group("rules")
def rules_group() -> None:
    """List, show, start, test and check rules.

    \b
    The way to a rule of your own:
      apkvet facts app.apk --grep clipboard      see what there is to match
      apkvet rules new my-rule --dir our-rules   start from a skeleton
      apkvet rules test my-rule --rules our-rules
      apkvet rules lint --rules our-rules
      apkvet scan app.apk --rules our-rules
    """


@rules_group.command("list")
@_RULES
@click.option("--category", metavar="NAME", help="Only rules of this category.")
def list_command(folders: tuple[Path, ...], category: str | None) -> int:
    """One line a rule: severity, id, title."""
    for rule in sorted(_load(folders).rules, key=lambda rule: (rule.category, rule.id)):
        if category in (None, rule.category):
            click.echo(f"{rule.category:18} {rule.severity:8} {rule.id:44} {rule.title}")
    return 0


@rules_group.command("show")
@click.argument("rule_id", metavar="RULE")
@_RULES
def show_command(rule_id: str, folders: tuple[Path, ...]) -> int:
    """Print the file of RULE."""
    ruleset = _load(folders)
    rule = ruleset.get(rule_id)
    click.echo(ruleset.paths[rule.id].read_text(encoding="utf-8"), nl=False)
    return 0


@rules_group.command("new")
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--dir", "folder", default="rules", type=click.Path(path_type=Path), metavar="DIR", help="Your rules folder. Default: rules."
)
def new_command(rule_id: str, folder: Path) -> int:
    """Write a skeleton for RULE, to be filled in."""
    import re

    from analyzer.engine import write_skeleton

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule_id):
        raise click.UsageError(f"{rule_id!r} is no rule id: use words in lower case, joined by hyphens.")
    click.echo(f"wrote {write_skeleton(rule_id, folder / 'clipboard')}")
    return 0


@rules_group.command("test")
@click.argument("rule_ids", nargs=-1, metavar="[RULE]...")
@_RULES
@click.option("--verbose", is_flag=True, help="Show the condition tree of examples that are right, too.")
def test_command(rule_ids: tuple[str, ...], folders: tuple[Path, ...], verbose: bool) -> int:
    """Run the examples of rules (all by default); print what held and what did not."""
    from analyzer.engine import print_tree, run_examples

    ruleset = _load(folders)
    rules = [ruleset.get(rule_id) for rule_id in rule_ids] or ruleset.rules
    examples = wrong = 0
    for rule in rules:
        for outcome in run_examples(rule, ruleset):
            examples += 1
            wrong += not outcome.right
            if rule_ids or not outcome.right:
                click.echo(f"{'ok   ' if outcome.right else 'WRONG'} {rule.id}: {outcome.example.name}: {outcome.came_out}")
                if verbose or not outcome.right:
                    click.echo("\n".join(f"      {line}" for line in print_tree(outcome.tree)))
    click.echo(f"{examples} examples of {len(rules)} rules, {wrong} wrong")
    return 4 if wrong else 0


@rules_group.command("lint")
@_RULES
def lint_command(folders: tuple[Path, ...]) -> int:
    """Check form, prose, references and examples of all rules."""
    from analyzer.engine import lint

    ruleset = _load(folders)
    problems = [f"{ruleset.paths[rule.id]}: {problem}" for rule in ruleset.rules for problem in lint(rule, ruleset)]
    for problem in problems:
        click.echo(problem)
    click.echo(f"{len(ruleset.rules)} rules, {len(problems)} problems")
    return 4 if problems else 0


@click.command("explain")
@click.argument("rule_id", metavar="RULE")
@_RULES
def explain_command(rule_id: str, folders: tuple[Path, ...]) -> int:
    """Print the page of RULE: what it finds, why, when it is harmless, what to ask.

    \b
    Example:
      apkvet explain clipboard-watch
    """
    rule = _load(folders).get(rule_id)
    docs = rule.docs
    click.echo(f"{rule.title}\n{rule.id}, {rule.category}, severity {rule.severity}\n")
    for head, text in (
        ("What", docs.what),
        ("Why it matters", docs.why),
        ("Harmless when", docs.benign),
        ("Ask the vendor", docs.ask_vendor),
        ("Limits", docs.limits),
    ):
        click.echo(click.wrap_text(f"{head}: {text}", 96, subsequent_indent="  "))
    click.echo("References: " + ", ".join(f"{scheme} {id_}" for scheme, ids in sorted(rule.references.items()) for id_ in ids))
    return 0
