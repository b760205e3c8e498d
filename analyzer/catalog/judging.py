"""What the apps of a catalog are judged by: one rule set, one policy with its groups, and waivers."""

from __future__ import annotations

from msgspec import Struct

from analyzer import __version__
from analyzer.engine import RuleSet
from analyzer.facts import Coverage, Gap, Observation
from analyzer.facts.observation import OBSERVATION_VERSION
from analyzer.policy import LoadedPolicy, for_group
from analyzer.result import Result
from analyzer.scan import Agreed, Judgement, assess, judge


class Judging(Struct, frozen=True):
    """Rules, policy and waivers; ``result`` and ``judgement`` apply them.

    A group that the policy does not know gets the policy as it is.
    """

    ruleset: RuleSet
    policy: LoadedPolicy
    agreed: Agreed | None = None

    def result(self, observation: Observation, group: str | None = None) -> Result:
        """The result of an app of *group*."""
        return assess(observation, self.ruleset, self._policy_of(group), self.agreed)

    def judgement(self, observation: Observation, group: str | None = None) -> Judgement:
        """How an app of *group* is judged, without a document: much cheaper than its result."""
        return judge(observation, self.ruleset, self._policy_of(group), self.agreed)

    def _policy_of(self, group: str | None) -> LoadedPolicy:
        if group is None or group not in self.policy.policy.groups:
            return self.policy
        chosen = for_group(self.policy.policy, group, self.policy.where)
        return LoadedPolicy(chosen, self.policy.digest, group, self.policy.where)


class Identity(Struct, frozen=True):
    """What is known of a package that could not be looked into."""

    file: str
    sha256: str | None
    size: int | None


def failed_observation(app: Identity, reason: str) -> Observation:
    """The observation of a package for which there is none: nothing but the reason."""
    return Observation(
        version=OBSERVATION_VERSION,
        tool_version=__version__,
        watch_digest="",
        file=app.file,
        sha256=app.sha256,
        size=app.size,
        facts=(Gap("unreadable", why=reason, size=app.size, could_hide="Everything."),),
        coverage=Coverage(),
        error=reason,
    )
