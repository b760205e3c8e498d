"""``apkvet rules`` and ``apkvet explain``: see, start, prove and check rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analyzer.engine import RuleSet

_RULES = click.option(
    "--rules", "folders", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="More rules, as for scan."
)


_NURSERY = click.option("--nursery", is_flag=True, help="With the drafts in nurseries.")


def _load(folders: tuple[Path, ...], *, drafts: bool = False) -> RuleSet:
    from analyzer.engine import load_ruleset
    from analyzer.resources import rules_dir

    return load_ruleset([rules_dir(), *folders], drafts=drafts)


@click.group("rules")
def rules_group() -> None:
    """List, show, start, test and check rules.

    \b
    The way to a rule of your own:
      apkvet facts app.apk --grep clipboard      see what there is to match
      apkvet rules new my-rule --dir our-rules   start from a skeleton
      apkvet rules test my-rule --rules our-rules
      apkvet rules lint --rules our-rules
      apkvet rules bench observations --rules our-rules
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
    ruleset = _load(folders, drafts=True)
    rule = ruleset.get(rule_id)
    click.echo(ruleset.paths[rule.id].read_text(encoding="utf-8"), nl=False)
    return 0


@rules_group.command("new")
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--dir", "folder", default="rules", type=click.Path(path_type=Path), metavar="DIR", help="Your rules folder. Default: rules."
)
@click.option("--category", default="clipboard", metavar="NAME", help="The rule's category and folder. Default: clipboard.")
@click.option("--draft", is_flag=True, help="Into the nursery: scans leave it out until it is moved.")
def new_command(rule_id: str, folder: Path, category: str, draft: bool) -> int:
    """Write a skeleton for RULE, to be filled in.

    \b
    Examples:
      apkvet rules new reads-our-intranet --dir our-rules --category network
      apkvet rules new an-idea --dir our-rules --draft
    """
    import re

    from analyzer.engine import write_skeleton

    for name in (rule_id, category):
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            raise click.UsageError(f"{name!r} is no name: use words in lower case, joined by hyphens.")
    path = folder / "nursery" / category if draft else folder / category
    click.echo(f"wrote {write_skeleton(rule_id, category, path)}")
    return 0


@rules_group.command("test")
@click.argument("rule_ids", nargs=-1, metavar="[RULE]...")
@_RULES
@_NURSERY
@click.option("--verbose", is_flag=True, help="Show the condition tree of examples that are right, too.")
def test_command(rule_ids: tuple[str, ...], folders: tuple[Path, ...], nursery: bool, verbose: bool) -> int:
    """Run the examples of rules (all by default); print what held and what did not.

    \b
    In the tree of an example: ✓ held, ✗ did not, ? cannot be told; below a pattern the facts that it matched.
    """
    from analyzer.engine import print_tree, run_examples

    ruleset = _load(folders, drafts=nursery or bool(rule_ids))
    rules = [ruleset.get(rule_id) for rule_id in rule_ids] or ruleset.rules
    examples = wrong = 0
    for rule in rules:
        for proof in run_examples(rule, ruleset):
            examples += 1
            wrong += not proof.right
            if rule_ids or not proof.right:
                expected = "" if proof.right else f", expected {proof.example.expect}"
                click.echo(f"{'ok   ' if proof.right else 'WRONG'} {rule.id}: {proof.example.name}: {proof.came_out}{expected}")
                if verbose or not proof.right:
                    click.echo("\n".join(f"      {line}" for line in print_tree(proof.tree)))
    click.echo(f"{examples} examples of {len(rules)} rules, {wrong} wrong")
    return 4 if wrong else 0


@rules_group.command("lint")
@_RULES
@_NURSERY
def lint_command(folders: tuple[Path, ...], nursery: bool) -> int:
    """Check form, prose, names, references and examples of all rules; what is amiss with a draft is only a warning."""
    from analyzer.engine.ruleset import is_draft
    from analyzer.linting import lint, load_known

    ruleset, known = _load(folders, drafts=nursery), load_known()
    problems = warnings = 0
    for rule in ruleset.rules:
        path = ruleset.paths[rule.id]
        for problem in lint(rule, ruleset, known):
            warnings += is_draft(path)
            problems += not is_draft(path)
            click.echo(f"{path}: {'draft: ' if is_draft(path) else ''}{problem}")
    drafts = f", {warnings} warnings on drafts" if warnings else ""
    click.echo(f"{len(ruleset.rules)} rules, {problems} problems{drafts}")
    return 4 if problems else 0


@rules_group.command("bench")
@click.argument("observations", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("rule_ids", nargs=-1, metavar="[RULE]...")
@_RULES
@_NURSERY
def bench_command(observations: Path, rule_ids: tuple[str, ...], folders: tuple[Path, ...], nursery: bool) -> int:
    """Show what rules find in the saved observations of DIR: for each rule its apps, for named rules each app.

    \b
    Examples:
      apkvet scan *.apk --save-observation seen -o json=results/
      apkvet rules bench seen
      apkvet rules bench seen my-rule --rules our-rules
    """
    from analyzer.bench_rules import hits_of, load_observations
    from analyzer.scan import load_rules

    ruleset, _ = load_rules(folders, drafts=nursery or bool(rule_ids))
    chosen = [ruleset.get(rule_id) for rule_id in rule_ids] or sorted(ruleset.rules, key=lambda r: (r.category, r.id))
    apps = load_observations(observations)
    hits = hits_of(ruleset, apps)
    for rule in chosen:
        found = hits.matched[rule.id]
        share = 100 * len(found) // len(apps)
        open_ = f"  undecided in {len(hits.undecided[rule.id])}" if hits.undecided[rule.id] else ""
        click.echo(f"{len(found):5} {share:3} %  {rule.severity:8} {rule.id}{open_}")
        if rule_ids:
            for name, places in found:
                click.echo(f"          {name}: {places} places")
    never = sum(not hits.matched[rule.id] for rule in chosen)
    often = sum(len(hits.matched[rule.id]) > 0.6 * len(apps) for rule in chosen)
    click.echo(f"{len(apps)} apps, {len(chosen)} rules: {never} found nothing, {often} fire on more than 60 %")
    return 0


_KEY = click.option(
    "--key",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="An Ed25519 key in a PEM file, as openssl makes it.",
)


@rules_group.command("seal")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@_KEY
def seal_command(folder: Path, key: Path) -> int:
    """Sign everything in DIR with a private key: rules, tables, policies, templates.

    \b
    Examples:
      openssl genpkey -algorithm ed25519 -out key.pem
      openssl pkey -in key.pem -pubout -out pub.pem
      apkvet rules seal our-rules --key key.pem
      apkvet scan app.apk --rules our-rules --policy our-rules/policy.yaml --trust pub.pem
    """
    from analyzer.seal import SEAL, make_seal

    click.echo(f"sealed {make_seal(folder, key)} files: {folder / SEAL}")
    return 0


@rules_group.command("verify")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@_KEY
def verify_command(folder: Path, key: Path) -> int:
    """Check the seal of DIR against a public key; exit 4, and say what differs, when it is broken."""
    from analyzer.seal import check_seal

    click.echo(f"{check_seal(folder, key)} files are as they were sealed")
    return 0


@click.command("explain")
@click.argument("rule_id", metavar="RULE")
@_RULES
def explain_command(rule_id: str, folders: tuple[Path, ...]) -> int:
    """Print the page of RULE: what it finds, why, when it is harmless, what to ask.

    \b
    Example:
      apkvet explain clipboard-watch
    """
    rule = _load(folders, drafts=True).get(rule_id)
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
