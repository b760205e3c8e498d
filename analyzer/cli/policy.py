"""``apkvet policy``: what a policy means in plain words, and what a change of it would change."""

from __future__ import annotations

from pathlib import Path

import click

_RULES = click.option(
    "--rules", "folders", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="More rules, as for scan."
)
_GROUP = click.option("--group", metavar="NAME", help="As it is for this group of devices or people.")


@click.group("policy")
def policy_group() -> None:
    """See what a policy means, and try it before it counts.

    \b
    Examples:
      apkvet policy explain strict
      apkvet policy explain our-policy.yaml --group executives
      apkvet policy check our-policy.yaml results/
    """


@policy_group.command("list")
def list_command() -> int:
    """One line for each policy that apkvet ships, with its groups."""
    from analyzer.policy import load_policy, policy_names

    for name in policy_names():
        policy = load_policy(name).policy
        groups = f"  groups: {', '.join(policy.groups)}" if policy.groups else ""
        click.echo(f"{name:10} {policy.about}{groups}")
    return 0


@policy_group.command("show")
@click.argument("policy", default="default", metavar="[POLICY]")
def show_command(policy: str) -> int:
    """Print the file of POLICY, to copy and change.

    \b
    Example:
      apkvet policy show strict > our-policy.yaml
    """
    from analyzer.policy import find_policy

    click.echo(find_policy(policy).read_text(encoding="utf-8"), nl=False)
    return 0


@policy_group.command("explain")
@click.argument("policy", default="default", metavar="[POLICY]")
@_GROUP
@_RULES
def explain_command(policy: str, group: str | None, folders: tuple[Path, ...]) -> int:
    """Print what POLICY (a name or a file; default: default) means, in plain words."""
    from analyzer.engine import load_ruleset
    from analyzer.judge import check_policy, known_libraries
    from analyzer.policy import load_policy
    from analyzer.policy_words import policy_words
    from analyzer.reporting.sanitize import clean
    from analyzer.resources import rules_dir

    loaded = load_policy(policy, group)
    check_policy(loaded, load_ruleset([rules_dir(), *folders]), known_libraries)
    for line in policy_words(loaded):
        click.echo(clean(line, 2000))
    return 0


@policy_group.command("check")
@click.argument("policy", metavar="POLICY")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RESULT.json|DIR...")
@_GROUP
@_RULES
@click.option("--all", "everything", is_flag=True, help="Show apps whose verdict stays the same, too.")
def check_command(policy: str, results: tuple[Path, ...], group: str | None, folders: tuple[Path, ...], everything: bool) -> int:
    """Try POLICY on saved results and print which verdicts change, and why. The packages are not needed.

    RESULT.json is what 'scan -o json=FILE' wrote, one result or one a line; of a DIR every .json file is read.

    \b
    Examples:
      apkvet scan *.apk -o json=results/
      apkvet policy check strict results/
      apkvet policy check our-policy.yaml results/ --group kiosk-tablets
    """
    from analyzer.engine import load_ruleset
    from analyzer.judge import check_policy, judge_again, known_libraries
    from analyzer.policy import load_policy
    from analyzer.reporting.sanitize import clean
    from analyzer.resources import rules_dir
    from analyzer.result import load_results

    loaded = load_policy(policy, group)
    check_policy(loaded, load_ruleset([rules_dir(), *folders]), known_libraries)
    total = changed = 0
    for result in load_results(results):
        score, decision = judge_again(result, loaded)
        total += 1
        same = decision.verdict == result.decision.verdict
        changed += not same
        if same and not everything:
            continue
        name = clean(result.app.package or result.app.file, 60)
        before = f"{result.decision.verdict} ({result.score.total if result.score else 'no score'})"
        after = f"{decision.verdict} ({score.total if score else 'no score'})"
        click.echo(f"{name:50} {before:>17} -> {after}{'' if not same else '   the same'}")
        for reason in decision.reasons:
            click.echo(f"    {reason.verdict}: {clean(reason.because, 200)} [{reason.clause}]")
        for reason in decision.overruled:
            click.echo(f"    overruled: {clean(reason.because, 200)} [{reason.clause}]")
    click.echo(f"{total} results, {changed} verdicts change")
    return 0
