"""A policy in plain words, for the people who answer for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.policy import Group, LoadedPolicy, Policy, PolicyClause, clauses_of


def policy_words(loaded: LoadedPolicy) -> Iterator[str]:
    """The lines of the explanation: verdicts first, then the score that they rest on, then what groups change."""
    policy = loaded.policy
    yield f"{policy.name}: {policy.about or 'no description'}"
    if loaded.group is not None:
        yield f"As it is for the group {loaded.group}: {policy.groups[loaded.group].about}"
    yield f"SHA-256 {loaded.digest}"
    yield from ("", "An app is blocked")
    network = " and may use the network" if policy.block_needs_network else ""
    yield f"  when it scores {policy.block_at} points or more of 100{network};"
    yield from _clauses(policy, "must_block")
    yield from ("", "It is looked at by a person")
    yield f"  when it scores {policy.review_at} points or more;"
    yield f"  when less than {policy.minimum_coverage} % of its code can be read, or not its manifest;"
    yield from _clauses(policy, "must_review")
    if policy.when_undecided == "review":
        yield "  when a clause asks for something that was not analysed."
    else:
        yield "  (A clause that asks for something which was not analysed is only listed.)"
    yield from ("", "Otherwise it is allowed.")
    for signer in policy.allow_signers:
        yield f"It is also allowed, instead of reviewed, when all its signers are among these: {signer.because}"
        yield from (f"    {digest}" for digest in signer.sha256)
    yield from _score(policy)
    if loaded.group is None:
        for name, group in policy.groups.items():
            yield from ("", f"Group {name}: {group.about}")
            yield from _group(group, policy)


def _clauses(policy: Policy | Group, kind: str) -> Iterator[str]:
    for name, clause in clauses_of(policy):
        if name.startswith(kind):
            yield f"  when {clause_words(clause)}: {clause.because} [{name}]"


def clause_words(clause: PolicyClause) -> str:
    """What a clause asks for, as the end of a sentence that begins with 'when'."""
    asked = []
    if clause.rule:
        asked.append(f"rule {_or(clause.rule)} finds something")
    elif any((clause.category, clause.severity, clause.confidence, clause.owner, clause.trigger)):
        asked.append("there is a finding")
    for field, words in (
        (clause.category, "of the category {}"),
        (clause.severity, "of {} severity"),
        (clause.confidence, "that is {}"),
        (clause.owner, "in or for {} code"),
        (clause.trigger, "started by {}"),
    ):
        if field:
            asked.append(words.format(_or([_CONFIDENCE.get(value, value) for value in field])))
    if clause.library:
        asked.append(
            f"in or for the library {_or(clause.library)}" if asked else f"it contains the library {_or(clause.library)}"
        )
    text = " ".join(asked)
    for more in (
        clause.permission and f"it declares {_or(clause.permission)}",
        clause.gap and f"something was not seen of it: {_or(clause.gap)}",
        clause.country and f"data goes to {_or(clause.country)}{_STRENGTH[clause.strength]}",
        clause.country_outside and f"data goes outside of {_or(clause.country_outside)}{_STRENGTH[clause.strength]}",
    ):
        if more:
            text = f"{text} and {more}" if text else more
    return text


_STRENGTH = {
    "cctld": " (by a host's ending, a host's owner, a library or a flow)",
    "carried": " (by a host's owner, a library or a flow)",
    "sdk": " (by a library or a flow)",
    "flow": " (by a flow)",
}
_CONFIDENCE = {"present": "present in the code", "reachable": "shown to run", "flow": "shown to pass data on"}


def _or(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _score(policy: Policy) -> Iterator[str]:
    yield from ("", "The score adds up, for each rule once, with its highest finding:")
    yield "  points by severity: " + ", ".join(f"{name} {value}" for name, value in policy.points.items())
    shown = ", ".join(f"{value} % if {_CONFIDENCE[name]}" for name, value in policy.confidence.items())
    yield f"  times what is shown: {shown}"
    yield "  times whose code it is: " + ", ".join(f"{value} % for {name} code" for name, value in policy.owner.items())
    caps = ", ".join(f"{name} {value}" for name, value in sorted(policy.category_caps.items()))
    yield f"  but no category counts more than {policy.category_cap} points" + (f" ({caps})" if caps else "")
    if policy.unseen:
        unseen = ", ".join(f"{kind} {points}" for kind, points in sorted(policy.unseen.items(), key=lambda item: -item[1]))
        yield f"  what was not seen could add, each kind once, up to {policy.unseen_cap} points: {unseen}"
    grades = ", ".join(f"{grade.grade} from {grade.at_least}" for grade in policy.grades)
    yield f"  grades: {grades}"


def _group(group: Group, policy: Policy) -> Iterator[str]:
    for name in ("review_at", "block_at", "minimum_coverage", "category_cap", "unseen_cap"):
        value = getattr(group, name)
        if value is not None:
            yield f"  {name} is {value} instead of {getattr(policy, name)}"
    for name in ("points", "confidence", "owner", "category_caps", "unseen"):
        before = 0 if name == "unseen" else policy.category_cap
        for key, value in getattr(group, name).items():
            yield f"  {name} of {key} is {value} instead of {getattr(policy, name).get(key, before)}"
    if group.without:
        yield f"  the clauses {', '.join(group.without)} do not count"
    for verdict, kind in (("blocked", "must_block"), ("reviewed", "must_review")):
        yield from (f"  also {verdict}{line[1:]}" for line in _clauses(group, kind))
    for signer in group.allow_signers:
        yield f"  also allowed, instead of reviewed: {signer.because}"
