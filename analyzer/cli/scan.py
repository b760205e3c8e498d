"""``apkvet scan``: packages in, reports out, one failure never ends the others."""

from __future__ import annotations

import datetime
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from analyzer.cli.options import flow_options, report_options, sandbox_option, trust_option
from analyzer.errors import ApkvetError, UsageError
from analyzer.result import VERDICTS, Result, Verdict

if TYPE_CHECKING:
    from analyzer.assess import Agreed
    from analyzer.declared import Declaration
    from analyzer.depth import FlowMode
    from analyzer.engine import RuleSet
    from analyzer.platform.watch import Watch
    from analyzer.policy import LoadedPolicy
    from analyzer.scan import Depth

_FAIL_ON, _UNREADABLE = 1, 3


class Settings(NamedTuple):
    """What the options ask for, beside packages and outputs."""

    policy: str | None
    group: str | None
    rules: tuple[Path, ...]
    waivers: Path | None
    today: datetime.datetime | None
    fail_on: Verdict | None
    reproducible: bool
    quiet: bool
    save: Path | None
    declared: Path | None = None
    flow: FlowMode = "fast"
    implicit: bool = False
    sandbox: bool = False
    trust: Path | None = None

    @property
    def depth(self) -> Depth:
        """How far packages are looked into."""
        from analyzer.scan import Depth

        return Depth(flow=self.flow, implicit=self.implicit)


class Judging(NamedTuple):
    """What packages are judged by, and what is looked for in them."""

    ruleset: RuleSet
    policy: LoadedPolicy
    agreed: Agreed | None
    watch: Watch
    declaration: Declaration | None = None


@click.command("scan")
@click.argument("apps", nargs=-1, required=True, metavar="APP...", type=click.Path(path_type=Path))
@report_options
@click.option("--policy", metavar="NAME|FILE", help="Policy to judge by: default, strict, byod or a file.")
@click.option("--group", metavar="NAME", help="The policy's overrides for one group of devices or people.")
@click.option(
    "--rules",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="More rules; an id that is there already is replaced.",
)
@click.option(
    "--waivers", type=click.Path(path_type=Path), metavar="FILE", help="What was agreed to be lived with, and until when."
)
@click.option(
    "--declared",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Google Play's Data safety form as exported: what the code does that it does not say, and the reverse. For one app.",
)
@click.option("--today", type=click.DateTime(("%Y-%m-%d",)), metavar="DAY", help="The day waivers are looked at. Default: today.")
@flow_options
@sandbox_option
@trust_option
@click.option("--fail-on", type=click.Choice(VERDICTS[1:]), help="Exit 1 when a verdict is this or worse.")
@click.option(
    "--save-observation",
    "save",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep what was seen, to be judged again later.",
)
@click.option("--reproducible", is_flag=True, help="Leave out what differs between two runs.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and notes on standard error.")
def scan_command(
    apps: tuple[Path, ...], outputs: tuple[str, ...], language: str, templates: Path | None, **options: object
) -> int:
    """Vet packages and say: allow, review or block.

    Each APP is one app: an APK; an .apks, .xapk, .apkm or ZIP file of a base and its splits, or the folder that holds them; or
    an app bundle (.aab). A folder of many apps is for: apkvet catalog scan.

    \b
    Examples:
      apkvet scan app.apk
      apkvet scan app.apk -o text -o html=app.html -o json=app.json
      apkvet scan *.apk -o json --fail-on review
      apkvet scan *.apk -o 'html=reports/{package}.html' --policy our-policy.yaml
      apkvet scan app.xapk bundle.aab folder-with-base-and-splits/
      apkvet scan app.apk --policy strict --waivers waivers.yaml
      apkvet scan app.apk -o sarif=app.sarif -o questions=letter.md --lang de
      apkvet scan app.apk --declared data_safety.csv
      apkvet scan app.apk --flow full --implicit
      apkvet scan app.apk --sandbox
    """
    from analyzer.cli.outputs import parse_outputs, write_outputs
    from analyzer.cli.progress import Progress
    from analyzer.reporting import load_look

    settings = Settings(**options)  # type: ignore[arg-type]  # click has checked them
    if settings.declared is not None and len(apps) > 1:
        raise UsageError("--declared is for one app", mend="Scan each app with its own declaration.")
    if settings.sandbox:
        from analyzer.sandbox import check_sandbox

        check_sandbox()
    targets = parse_outputs(outputs, apps)
    look = load_look(language, templates, one_line=len(apps) > 1)
    judging = load_judging(settings)
    worst, unreadable = 0, False
    with Progress(len(apps), quiet=settings.quiet) as progress:
        for number, path in enumerate(apps):
            if number:
                gc.collect()  # automatic collection is off, see main
            progress.start(path)
            result, error = _scan_one(path, judging, settings)
            progress.stop()
            if error is not None:
                unreadable = True
                progress.note(f"apkvet: {error}")
            write_outputs(result, targets, look)
            worst = max(worst, VERDICTS.index(result.decision.verdict))
    if unreadable:
        return _UNREADABLE
    return _FAIL_ON if settings.fail_on and worst >= VERDICTS.index(settings.fail_on) else 0


def load_judging(settings: Settings) -> Judging:
    """Rules, policy and waivers, checked against each other. Raises ``RuleError``, and ``UsageError`` for a declaration."""
    from analyzer.assess import Agreed
    from analyzer.judge import check_policy, known_libraries
    from analyzer.policy import load_policy
    from analyzer.scan import load_rules
    from analyzer.waivers import load_waivers

    if settings.trust is not None:
        _check_seals(settings, settings.trust)
    declaration = None
    if settings.declared is not None:
        from analyzer.declared import read_declaration

        declaration = read_declaration(settings.declared)
    ruleset, watch = load_rules(settings.rules)
    policy = load_policy(settings.policy, settings.group)
    check_policy(policy, ruleset, known_libraries)
    if settings.waivers is None:
        return Judging(ruleset, policy, None, watch, declaration)
    today = settings.today.date() if settings.today else datetime.datetime.now().astimezone().date()
    return Judging(ruleset, policy, Agreed(load_waivers(settings.waivers, ruleset.by_id), today), watch, declaration)


def _check_seals(settings: Settings, key: Path) -> None:
    """Own rules, and the folders of an own policy and of waivers, are as somebody sealed them. Raises ``RuleError``."""
    from analyzer.policy import policy_names
    from analyzer.seal import check_seal

    files = [settings.waivers, None if settings.policy in (None, *policy_names()) else Path(settings.policy or "")]
    for folder in dict.fromkeys([*settings.rules, *(file.parent for file in files if file is not None)]):
        check_seal(folder, key)


def _scan_one(path: Path, judging: Judging, settings: Settings) -> tuple[Result, str | None]:
    """One package's result, and the line that says why when it could not be read."""
    from analyzer.facts import save_observation
    from analyzer.scan import assess, observe, unreadable

    try:
        try:
            if settings.sandbox:
                from analyzer.sandbox import observe_inside as observe
            observation = observe(path, judging.watch, settings.depth)
        except ApkvetError as error:
            observation = unreadable(path, error)
        result = assess(observation, *judging[:3], reproducible=settings.reproducible)
    except Exception as error:  # a fault of ours must not end the other packages
        if os.environ.get("APKVET_DEBUG"):
            raise
        what = f"apkvet itself failed ({type(error).__name__}: {str(error)[:200]})"
        wrapped = ApkvetError(what, where=str(path), mend="Please report this; APKVET_DEBUG=1 shows where it failed.")
        observation = unreadable(path, wrapped)
        result = assess(observation, *judging[:3], reproducible=settings.reproducible)
    if judging.declaration is not None:
        from analyzer.declared import with_declaration

        result = with_declaration(result, judging.declaration)
    if settings.save is not None and observation.sha256:
        settings.save.mkdir(parents=True, exist_ok=True)
        save_observation(observation, settings.save / f"{observation.sha256}.msgpack")
    return result, observation.error
