"""Texts that a package hides behind a decoder: what its calls give, which other facts rest on them, and what stays hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Struct

from analyzer import limits
from analyzer.facts import ApiCall, ClipboardAccess, Constant, Endpoint, Fact, Gap, HiddenText, Owner, Place, TextDecoder
from analyzer.program.evaluation.decoders import Decoder
from analyzer.program.graph.program_graph import ProgramGraph

_MOST_GAPS = 20
_MOST_REASONS = 3
_HIDES = "Names of classes and methods that are called, hosts, settings and files."
_LIFTS = "The package before its texts were hidden, from its maker, or a run of the app."
F = TypeVar("F", bound=Fact)


class Text(Struct, frozen=True):
    """A text that a decoder gives at one place."""

    value: str
    decoder: str
    owner: Owner
    at: Place


class HiddenTexts:
    """The decoders of one package and what they give."""

    def __init__(self, graph: ProgramGraph) -> None:
        self._graph = graph
        self._found = graph.decoders.found
        self.texts = [*self._texts()]
        self._by_method: dict[tuple[str, str | None], dict[str, str]] = {}
        for text in self.texts:
            self._by_method.setdefault((text.at.file, text.at.method), {}).setdefault(text.value, text.decoder)

    def _texts(self) -> Iterator[Text]:
        linked, ownership = self._graph.linked, self._graph.app.ownership
        for decoder in self._found:
            name = linked.descriptor(decoder.node)
            for outcome in decoder.decoded:
                owner = ownership.owner(linked.holder(outcome.node))
                yield Text(outcome.text or "", name, owner, self._place(outcome.node, outcome.at))

    def _place(self, node: int, at: int | None) -> Place:
        linked = self._graph.linked
        dex = linked.dex_files[int(linked.nodes.dex[node])]
        offset = None if at is None else dex.offset_of(int(dex.instructions.first[linked.nodes.item[node]]) + at)
        return Place(dex.name, linked.descriptor(node), offset)

    def facts(self) -> Iterator[TextDecoder | HiddenText | Gap]:
        """The decoders, their texts, and gaps for what stays hidden."""
        for number, decoder in enumerate(self._found):
            owner = self._graph.app.ownership.owner(self._graph.linked.holder(decoder.node))
            name = self._graph.linked.descriptor(decoder.node)
            place = self._place(decoder.node, None)
            yield TextDecoder(name, owner, len(decoder.outcomes), len(decoder.decoded), place)
            if number < _MOST_GAPS:
                yield from self._gap(decoder, name)
        yield from (HiddenText(text.value, text.decoder, text.owner, text.at) for text in self.texts[: limits.HIDDEN_TEXTS])
        if len(self.texts) > limits.HIDDEN_TEXTS:
            yield Gap(
                "budget",
                f"Of {len(self.texts)} hidden texts the first {limits.HIDDEN_TEXTS} are listed.",
                could_hide="Further texts.",
            )
        if self._graph.decoders.cut:
            yield Gap(
                "budget",
                f"More than {limits.DECODER_CALLS} calls may give hidden texts; the first were looked at.",
                could_hide=_HIDES,
            )

    def _gap(self, decoder: Decoder, name: str) -> Iterator[Gap]:
        """What the calls of one decoder still hide, and why."""
        missing = [outcome for outcome in decoder.outcomes if outcome.text is None]
        if not missing:
            return
        reasons = decoder.reasons().most_common(_MOST_REASONS)
        words = "; ".join(f"it {what}" + (f" ({count})" if len(reasons) > 1 else "") for (_, what), count in reasons)
        yield Gap(
            "hidden-text",
            f"At {len(missing)} of {len(decoder.outcomes)} calls of {name} the text could not be worked out: {words}.",
            count=len(missing),
            could_hide=_HIDES,
            would_lift=_LIFTS,
            at=self._place(missing[0].node, missing[0].at),
        )

    def marked(self, facts: Iterable[F]) -> list[F]:
        """*facts* with the decoder of each call, access and host that rests on what one gives in the same method."""
        if not self.texts:
            return [*facts]
        return [self._with_decoder(fact) for fact in facts]

    def _with_decoder(self, fact: F) -> F:
        if isinstance(fact, ApiCall):
            return self._marked(fact, [argument.value for argument in fact.arg])
        if isinstance(fact, ClipboardAccess) and fact.via == "reflection":
            return self._marked(fact, [fact.api.partition("->")[2].partition("(")[0]])
        if isinstance(fact, Endpoint):
            return self._marked(fact, self._texts_naming(fact))
        return self._marked(fact, [fact.value]) if isinstance(fact, Constant) else fact

    def _marked(self, fact: F, texts: Iterable[str]) -> F:
        at: Place | None = getattr(fact, "at", None)
        known = self._by_method.get((at.file, at.method)) if at is not None else None
        decoder = next((known[text] for text in texts if text in known), None) if known else None
        return fact if decoder is None else msgspec.structs.replace(fact, decoded_by=decoder)

    def _texts_naming(self, fact: Endpoint) -> list[str]:
        """The texts of the fact's method that name its host."""
        known = self._by_method.get((fact.at.file, fact.at.method), {}) if fact.at is not None else {}
        return [text for text in known if fact.host in text.lower()]
