"""The sentences of passages that support a step: quoted, said in other words, or nowhere for certain."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.spans.encoder import Encoder
from corpusbuilder.backends.grounders.spans.halves import Halves, completed, halves_of
from corpusbuilder.backends.grounders.spans.index import Index, index_of
from corpusbuilder.backends.grounders.spans.places import Support, likely
from corpusbuilder.backends.grounders.spans.quotes import MAX_CANDIDATES, Place, find_quote, span_at
from corpusbuilder.backends.grounders.spans.similar import LEAST_SIMILAR, most_similar
from corpusbuilder.backends.grounders.spans.statement import Statement, statement_of
from corpusbuilder.records.document import Passage
from corpusbuilder.records.evidence import SpanEvidence
from corpusbuilder.records.language import is_in
from corpusbuilder.records.text import normalised, shortened, tokens

LEXICAL: Final = "span.lexical"
"""Method of evidence that says the same in other words."""
SIMILAR: Final = "span.embedding"
"""Method of evidence that an encoder found."""
ENOUGH: Final = 0.45
"""Share of what a step says that a sentence must have: whoever rewords freely keeps no more than this."""
_PLENTY: Final = 0.9
"""With so much of it in one sentence nobody looks for a second one."""
_BETTER: Final = 0.12
"""What any other place must lack of the share of the best one."""
_TWO_BETTER_THAN_ONE: Final = 0.15
"""What two sentences must have more of a step than the best single one."""
_HALF: Final = 0.5
"""Share that each of two sentences must have of its half of a step."""
_BOTH: Final = 0.55
"""Share that two sentences must have together of a step that has no halves."""
_SLIPS: Final = 92.0
"""Least similarity (rapidfuzz ratio, 0 to 100) of a quotation with slips."""
_NEAREST: Final = 3
_VERBATIM: Final = 4
"""Words that a step must have to be looked for as it stands."""
_CONTRADICTED: Final = 0.6
"""A sentence that has so much of a step and says it otherwise is what the step is about: no other one supports it."""
_WORTH_SHOWING: Final = 0.3
"""Share from which a sentence is worth showing to an annotator."""


def find_support(
    text: str,
    passages: Sequence[Passage],
    *,
    language: str,
    encoder: Encoder | None = None,
    least_similar: float = LEAST_SIMILAR,
    enough: float = ENOUGH,
) -> Found:
    """The least of the passages that supports a step, or nothing.

    Args:
        text: of the step.
        passages: those given with the question, in reading order, all in ``language``.
        language: BCP 47.
        encoder: is asked when no sentence has the words of the step; None does without.
        least_similar: cosine from which a sentence that it finds is believed.
        enough: share of a step, by weight of its words, that a sentence must have; more makes surer, and finds less.
    """
    if is_in(text, language) is False:
        return Found(problems=("the step is in another language than the passages",))
    # Where two places fit alike, which one comes first must not decide.
    passages = sorted(passages, key=lambda passage: passage.id)
    index = index_of(passages, language)
    statement = statement_of(text, language, index.names)
    if not statement.terms:
        return Found(problems=("the step says nothing that could stand in a passage",))
    if quoted := _quoted(statement, passages, index):
        return quoted
    found = _said(statement, passages, index, enough)
    if encoder and not found.evidence and (near := most_similar(statement, index, encoder, least=least_similar)):
        return Found(evidence=(_span(near[0], passages, method=SIMILAR, score=near[1]),))
    return found


def _quoted(statement: Statement, passages: Sequence[Passage], index: Index) -> Found | None:
    """What a step quotes, or what it is when it is itself a quotation; None when it is neither."""
    wanted = statement.quotes or ((statement.text,) if len(tokens(statement.text)) >= _VERBATIM else ())
    spans: list[SpanEvidence] = []
    for quote in wanted:
        places = list(_places(quote, passages, index, statement.language))
        if not places and statement.quotes:
            places = list(_slips(quote, passages, statement, index))
        if len(places) > 1:
            sentence = f'"{shortened(quote)}" stands in the passages {len(places)} times'
            return Found(candidates=tuple(places[:MAX_CANDIDATES]), problems=(sentence,))
        spans += places
    if spans and len(spans) == len(wanted):
        return Found(evidence=tuple(dict.fromkeys(spans)))
    if statement.quotes:
        sentence = f'it quotes "{shortened(statement.quotes[0])}", which no passage says'
        return Found(candidates=tuple(spans), problems=(sentence,))
    return None


def _places(quote: str, passages: Sequence[Passage], index: Index, language: str) -> Iterator[SpanEvidence]:
    plain = normalised(quote).text.strip(' "')
    for passage, text in zip(passages, index.normalised, strict=True):
        for wanted in (quote, quote.strip().rstrip(".!?")):
            if plain.rstrip(".!? ") in text and (
                search := find_quote(passage.text, wanted, language=language, threshold=100)
            ):
                places = [search.place] if search.place else search.candidates
                if places:
                    yield from (span_at(passage, place) for place in places)
                    break


def _slips(quote: str, passages: Sequence[Passage], statement: Statement, index: Index) -> Iterator[SpanEvidence]:
    """Where a quotation stands up to slips, in the sentences that have most of its words."""
    said = replace(statement, text=quote, quotes=())
    for near in likely(said, index)[:_NEAREST]:
        sentence = near.sentence
        place = find_quote(sentence.text, quote, language=statement.language, threshold=_SLIPS).place
        if place:
            start, end = sentence.start + place.start, sentence.start + place.end
            yield span_at(passages[sentence.passage], Place(start, end, place.method, place.score))


def _said(statement: Statement, passages: Sequence[Passage], index: Index, enough: float) -> Found:
    """What says the same as a step in other words."""
    found = likely(statement, index)
    if found and found[0].contradicts and found[0].cover.share >= _CONTRADICTED:
        return _nothing(found, passages)
    good = [s for s in found if _supports(s, enough)]
    single = good[0].cover.share if good else 0.0
    halves = None if single >= _PLENTY else _halves(statement, found, index, enough)
    if halves and halves.share > single + (_TWO_BETTER_THAN_ONE if good else 0):
        return Found(evidence=tuple(_span(s, passages) for s in (halves.first, halves.second)))
    if not good:
        return _nothing(found, passages)
    best = good[0].cover
    rivals = [
        s for s in found if s is not good[0] and max(best.share - s.cover.share, best.own - s.cover.own) < _BETTER
    ]
    if rivals:
        shown = tuple(_span(s, passages) for s in (good[0], *rivals))[:MAX_CANDIDATES]
        return Found(candidates=shown, problems=(f"{len(rivals) + 1} sentences say it equally well",))
    return Found(evidence=(_span(good[0], passages),))


def _supports(support: Support, enough: float) -> bool:
    return support.says_enough and not support.problem and support.cover.share >= enough


def _halves(statement: Statement, found: Sequence[Support], index: Index, enough: float) -> Halves | None:
    options = sorted(halves_of(statement, index), key=lambda h: -h.least)
    parted = next((h for h in islice(options, 1) if h.least >= max(_HALF, enough)), None)
    if parted:
        return parted
    whole = completed(statement, found, index)
    return whole if whole and whole.share >= max(_BOTH, enough) else None


def _nothing(found: Sequence[Support], passages: Sequence[Passage]) -> Found:
    shown = [s for s in found if s.cover.share >= _WORTH_SHOWING][:MAX_CANDIDATES]
    if not shown:
        return Found(problems=("no sentence of the passages speaks of it",))
    nearest = shown[0]
    missing = [t.text for t in nearest.cover.missing if t.kind != "mark"][:3]
    lacks = f"does not say {', '.join(missing)}" if missing else "does not say enough of it"
    return Found(
        candidates=tuple(_span(s, passages) for s in shown),
        problems=(f"no sentence says it; the nearest one: {nearest.problem or lacks}",),
    )


def _span(
    support: Support, passages: Sequence[Passage], *, method: str = LEXICAL, score: float | None = None
) -> SpanEvidence:
    sentence, score = support.sentence, support.cover.share if score is None else score
    place = Place(sentence.start + support.start, sentence.start + support.end, method, round(score, 4))
    return span_at(passages[sentence.passage], place)
