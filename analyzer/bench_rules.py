"""What a rule set finds in many saved observations: the evidence for calling a rule useful, silent or noisy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.engine import RuleSet, run_rules
from analyzer.errors import ResultError
from analyzer.facts import AppIdentity, Observation, load_observation
from analyzer.vendors import load_vendors


class Hits(Struct, frozen=True):
    """For each rule the apps that it matched, with the number of facts, and those for which it cannot be told."""

    matched: dict[str, list[tuple[str, int]]]
    undecided: dict[str, list[str]]


def load_observations(folder: Path) -> list[Observation]:
    """The saved observations in *folder*, by file name. Raises ``ResultError`` when there are none, or one is damaged."""
    paths = sorted(folder.glob("*.msgpack")) if folder.is_dir() else []
    if not paths:
        raise ResultError(
            "holds no saved observations", where=str(folder), mend="Make some: apkvet scan APP... --save-observation DIR."
        )
    observations = [load_observation(path) for path in paths]
    return [observation for observation in observations if observation.error is None]


def name_of(observation: Observation) -> str:
    """The package's name, else the file's."""
    identity = next((fact for fact in observation.facts if isinstance(fact, AppIdentity)), None)
    return identity.package if identity and identity.package else observation.file


def hits_of(ruleset: RuleSet, observations: Sequence[Observation]) -> Hits:
    """What every rule of *ruleset* finds in *observations*."""
    hits = Hits({rule.id: [] for rule in ruleset.rules}, {rule.id: [] for rule in ruleset.rules})
    for observation in observations:
        outcome = run_rules(
            ruleset, load_vendors().joined(observation.facts), observation.stages, ruleset.unwatched(observation.watch_digest)
        )
        name = name_of(observation)
        places: dict[str, int] = {}
        for found in outcome.matches:
            places[found.rule.id] = places.get(found.rule.id, 0) + len(found.facts)
        for rule_id, count in places.items():
            hits.matched[rule_id].append((name, count))
        for open_ in outcome.undecided:
            hits.undecided[open_.rule.id].append(name)
    return hits
