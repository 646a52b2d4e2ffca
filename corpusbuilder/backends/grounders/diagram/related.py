"""Level 2: the relations that a step asserts, looked up in the diagram graph."""

import re
from collections.abc import Sequence
from itertools import product
from typing import Final, NamedTuple

from corpusbuilder.backends.grounders.diagram.graph import Graph, graph_of
from corpusbuilder.backends.grounders.diagram.shapes import region_of
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.language.denials import scope_of
from corpusbuilder.language.hypotheses import asserted
from corpusbuilder.language.names import Name, find_names
from corpusbuilder.language.relations import Party, Relation, Said, read_relations
from corpusbuilder.records.diagram import Connector
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import RegionEvidence, RelationFinding, RelationOutcome
from corpusbuilder.records.text import listed

RELATED = "diagram.relation"
"""Method of evidence for a relation that the step puts into words."""
DENIED: Final = "it says what is not drawn, for which nothing drawn is evidence"
BACKWARDS: Final = re.compile(
    r"(?i)\b(?:trac\w+|follow\w*|read\w*|go(?:es|ing)?|work\w*|walk\w*)\b[^.;]{0,40}"
    r"\b(?:back from|backwards?|back(?= *,))"
    r"|\bagainst the (?:\w+ ){0,4}(?:arrows?|flow|current)\b|\b(?:opposite|reverse) (?:direction|way|sense)\b"
    r"|\b(?:contre|sens (?:inverse|contraire|opposé)|à l['’]encontre|à rebrousse)\b[^.;]{0,30}\bflèches?\b"
    r"|\btrac\w+ (?:\w+ ){0,4}back\b|\bremont\w+|\bà rebours\b|\bà contresens\b|\ben sens inverse\b|\bfai\w+ suite\b"
)
"""Ways of saying that an arrow is followed from its head to its tail."""
HEADLESS: Final = re.compile(r"(?i)\bwithout (?:an? |any )?(?:arrow ?)?(?:heads?|tips?)\b|\bsans (?:pointes?|têtes?)\b")
"""What a plain line is said to lack denies nothing of what it joins."""
CONTRAST: Final = re.compile(
    r"(?i)\b(?:unlike|rather than|instead of|whereas|while|but|apart from|except|besides|contrairement|plutôt qu|"
    r"au lieu d|alors qu|tandis qu|mais|sauf|hormis|en dehors d|outre)\b"
    r"|[,;(]\s*pas\b|\bet pas\b"
)
"""Words that set apart what has no part in a relation."""
SUPPOSED: Final = "it asks or supposes, and asserts nothing"
LEAST_SCORE: Final = 0.5
"""Of a connector that is evidence; one of which the reader was less sure is a candidate."""
PRONOUN_CONFIDENCE: Final = 0.9
"""Of what rests on what "it" stands for."""
_PREFERRED: Final[tuple[RelationOutcome, ...]] = ("reversed", "ambiguous", "no_edge", "unparsed", "no_label")
"""What is told of a step that holds in no figure or reading: the most that is known of it."""


class _Answer(NamedTuple):
    """What one figure says of one relation."""

    relation: Relation
    outcome: RelationOutcome
    connectors: tuple[Connector, ...] = ()
    """In the order of the way; several only for a chain or two opposite arrows, or where several fit."""
    names: tuple[Name | None, Name | None] = (None, None)


def find_related(text: str, figures: Sequence[Figure], *, language: str, before: Sequence[str]) -> Found:
    """The connectors of which a step speaks, each with both its ends. A step is grounded as a whole or not at all.

    A relation holds where one connector runs as it says. "A leads to B" over things in between does not, unless it is
    said "indirectly" or "via C". A line without a head holds "a line goes from A to B" and "A and B are joined", and
    no statement of a direction. Where an end is not named, or a pronoun may stand for several things, the diagram
    decides if only one connector fits.

    Args:
        text: of the step.
        figures: those that the question is about; the relations are to hold all in the same one, and in one only.
        language: BCP 47.
        before: the texts of the steps before, in order: "it" may stand for what they name.
    """
    stated = asserted(text, language)
    said = [(figure, _said_of(stated, figure, language, before)) for figure in figures]
    doubt = _doubt(stated, language, said)
    readings = [(f, answers) for f, found in said if (answers := _answers(found.asserted, f, stated, language))]
    if doubt and readings:
        return _doubted(doubt, readings)
    holding = [reading for reading in readings if all(a.outcome == "ok" for a in reading[1])]
    if len(holding) == 1:
        is_half = _is_half(stated, language, *holding[0])
        return _doubted("it names more than was made out", holding) if is_half else _held(*holding[0])
    if readings:
        return _in_several(holding) if holding else _failed(*min(readings, key=_badness))
    if stated != text and any(_said_of(text, figure, language, before).asserted for figure in figures):
        return Found(problems=(SUPPOSED,))
    is_denied = any(found.denied for _, found in said) and not any(found.asserted for _, found in said)
    return Found(problems=(DENIED,) if is_denied else ())


def _badness(reading: tuple[Figure, list[_Answer]]) -> tuple[int, list[int], str]:
    figure, answers = reading
    ranks = sorted(_PREFERRED.index(a.outcome) for a in answers if a.outcome != "ok")
    return len(ranks), ranks, figure.id


def _said_of(text: str, figure: Figure, language: str, before: Sequence[str]) -> Said:
    graph = graph_of(figure)
    return read_relations(text, graph.names, language=language, before=before, along=graph.along)


def _doubt(text: str, language: str, said: Sequence[tuple[Figure, Said]]) -> str:
    """Why the relations that were read are not trusted: the words deny or turn round more than the parser saw."""
    if BACKWARDS.search(text):
        return "it follows an arrow backwards, and which way it means was not made out"
    if scope_of(HEADLESS.sub(" ", text), language).denies and not any(found.denied for _, found in said):
        # What is denied may be of something else: "A feeds B, never C".
        others = any(_others(text, figure, found.asserted, language) for figure, found in said)
        return "" if others else "it denies something, and what was not made out"
    return ""


def _is_half(text: str, language: str, figure: Figure, answers: Sequence[_Answer]) -> bool:
    """Whether a step names other things at lines, too, and does not set them apart: then there is more that it says."""
    if CONTRAST.search(text) or scope_of(text, language).denies:
        return False
    graph = graph_of(figure)
    others = _others(text, figure, [answer.relation for answer in answers], language)
    shown = {end for answer in answers for connector in answer.connectors for end in graph.ends_of(connector)}
    keys = {name.text: name.keys for name in graph.names}
    return any(graph.is_end(key) and key not in shown for other in others for key in keys[other])


def _others(text: str, figure: Figure, relations: Sequence[Relation], language: str) -> set[str]:
    """The names in a text that have no part in its relations."""
    parties = [party for relation in relations for party in (relation.source, relation.target) if party]
    mentioned = {mention.name.text for mention in find_names(text, graph_of(figure).names, language=language)}
    return mentioned - {name.text for party in parties for name in party.names}


def _doubted(doubt: str, readings: Sequence[tuple[Figure, list["_Answer"]]]) -> Found:
    figure, answers = min(readings, key=_badness)
    told = [answer._replace(outcome="unparsed") if answer.outcome == "ok" else answer for answer in answers]
    found = _failed(figure, told)
    return Found(candidates=found.candidates, problems=(doubt,), relations=found.relations)


def _answers(relations: Sequence[Relation], figure: Figure, text: str, language: str) -> list[_Answer]:
    graph = graph_of(figure)
    answers = [answer for relation in relations if (answer := _answer(relation, graph))]
    # An end that the words seem to leave out is not taken from the graph where they name something else.
    return [
        answer._replace(outcome="unparsed")
        if answer.outcome == "ok"
        and not _is_whole(answer.relation)
        and _others(text, figure, [answer.relation], language)
        else answer
        for answer in answers
    ]


def _is_whole(relation: Relation) -> bool:
    return relation.source is not None and relation.target is not None


def _answer(relation: Relation, graph: Graph) -> _Answer | None:
    """What the graph says of a relation; None when it is the leader line of a label that is spoken of."""
    if graph.is_led(relation):
        return None
    if any(party and not party.names for party in (relation.source, relation.target)):
        return _Answer(relation, "no_label")
    if not relation.clear:
        return _written(relation, graph) or _Answer(relation, "unparsed")
    ends = product(_choices(relation.source), _choices(relation.target))
    answers = [_of_names(relation, graph, source, target) for source, target in ends if source != target]
    fitting = [answer for answer in answers if answer.outcome in ("ok", "ambiguous")]
    if len(fitting) == 1:
        return _acting(fitting[0], graph) if relation.acting else fitting[0]
    if fitting:
        return _Answer(relation, "ambiguous", tuple(c for answer in fitting for c in answer.connectors))
    return min(answers, key=lambda a: _PREFERRED.index(a.outcome), default=_Answer(relation, "ambiguous"))


def _acting(answer: _Answer, graph: Graph) -> _Answer:
    """With the connector that runs from what acts on it to the one of the answer."""
    acting = answer.relation.acting
    if answer.outcome != "ok" or acting is None:
        return answer
    fits = [c for name in acting.names for c in graph.acting_on(answer.connectors[0], name)]
    outcome: RelationOutcome = (
        "ok" if len(fits) == 1 else "ambiguous" if fits else "no_edge" if acting.names else "no_label"
    )
    return answer._replace(outcome=outcome, connectors=(*fits, *answer.connectors))


def _choices(party: Party | None) -> Sequence[Name | None]:
    return party.names if party else (None,)


def _of_names(relation: Relation, graph: Graph, source: Name | None, target: Name | None) -> _Answer:
    names = source, target
    forward, backward = graph.between(source, target), graph.between(target, source)
    if relation.sense == "mutual":
        return _mutual(relation, names, forward, backward)
    lines = graph.lines(source, target)
    either = relation.sense == "either"
    fits = _unique([*forward, *(backward if either else ()), *(lines if either or relation.drawn == "line" else ())])
    if relation.verb and (written := [c for c in backward if graph.says(c, relation.verb)]):
        fits = _unique([*(c for c in fits if graph.says(c, relation.verb)), *written])
    if relation.along:
        fits = [c for c in fits if graph.bears(c, relation.along)]
    if not fits and relation.indirect and source and target and (ways := graph.ways(source, target)):
        return _Answer(relation, "ok" if len(ways) == 1 else "ambiguous", ways[0], names)
    if fits:
        return _Answer(relation, "ok" if len(fits) == 1 else "ambiguous", tuple(fits), names)
    if backward:
        return _Answer(relation, "reversed", tuple(backward[:1]), names)
    return _Answer(relation, "no_edge", tuple(lines), names)


def _mutual(
    relation: Relation, names: tuple[Name | None, Name | None], forward: list[Connector], backward: list[Connector]
) -> _Answer:
    """Both ways: one connector with two heads, or one there and one back."""
    both = [c for c in forward if c.double]
    if len(both) == 1:
        return _Answer(relation, "ok", tuple(both), names)
    if not both and len(forward) == len(backward) == 1:
        return _Answer(relation, "ok", (*forward, *backward), names)
    if both or len(forward) > 1 or len(backward) > 1:
        return _Answer(relation, "ambiguous", tuple(_unique([*forward, *backward])), names)
    return _Answer(relation, "no_edge", (*forward, *backward), names)


def _written(relation: Relation, graph: Graph) -> _Answer | None:
    """Two names around a word that we do not know, which stands along the one arrow between them."""
    for source, target in product(_choices(relation.source), _choices(relation.target)):
        fits = [c for c in graph.between(source, target) if graph.says(c, relation.along)]
        if len(fits) == 1:
            return _Answer(relation, "ok", tuple(fits), (source, target))
    return None


def _unique(connectors: Sequence[Connector]) -> list[Connector]:
    return list({connector.id: connector for connector in connectors}.values())


def _ids(answer: _Answer) -> tuple[str, ...]:
    """Tail, connector, head, for each connector in order."""
    ids = [i for c in answer.connectors for i in (c.tail_id, c.id, c.head_id) if i]
    return tuple(dict.fromkeys(ids))


def _finding(answer: _Answer, figure: Figure) -> RelationFinding:
    source, target = (
        name.text if name else party.text if party else ""
        for name, party in zip(answer.names, (answer.relation.source, answer.relation.target), strict=True)
    )
    ids = _ids(answer) if answer.outcome in ("ok", "reversed", "no_edge") else ()
    return RelationFinding(source=source, target=target, outcome=answer.outcome, figure_id=figure.id, element_ids=ids)


def _region(answer: _Answer, figure: Figure) -> RegionEvidence | None:
    parties = [party for party in (answer.relation.source, answer.relation.target) if party]
    confidence = min([1.0, *(p.similarity for p in parties)])
    if any(party.resolved for party in parties):
        confidence *= PRONOUN_CONFIDENCE
    return region_of(figure, _ids(answer), method=RELATED, confidence=confidence)


def _held(figure: Figure, answers: Sequence[_Answer]) -> Found:
    regions = [(answer, _region(answer, figure)) for answer in answers]
    findings = tuple(dict.fromkeys(_finding(answer, figure) for answer in answers))
    shown = tuple(dict.fromkeys(region for _, region in regions if region))
    doubtful = [a for a, region in regions if region is None or any(c.score < LEAST_SCORE for c in a.connectors)]
    if doubtful:
        problems = tuple(f"{_said(a)}: that connector of figure {figure.id} is not certain" for a in doubtful)
        return Found(candidates=shown, problems=tuple(dict.fromkeys(problems)), relations=findings)
    return Found(evidence=shown, relations=findings)


def _in_several(holding: Sequence[tuple[Figure, list[_Answer]]]) -> Found:
    """It is so in two figures, and nothing says of which it speaks."""
    figure, answers = holding[0]
    findings = tuple(dict.fromkeys(_finding(a._replace(outcome="ambiguous"), figure) for a in answers))
    shown = [region for f, found in holding for a in found if (region := _region(a, f))]
    ids = ", ".join(f.id for f, _ in holding)
    problems = tuple(dict.fromkeys(f"{_said(a)}: it is so in several figures, {ids}" for a in answers))
    return Found(candidates=tuple(dict.fromkeys(shown)), problems=problems, relations=findings)


def _failed(figure: Figure, answers: Sequence[_Answer]) -> Found:
    shown = [region for a in answers if a.outcome != "reversed" and (region := _region(a, figure))]
    problems = [f"{_said(a)}: {_problem(a, figure)}" for a in answers if a.outcome != "ok"]
    return Found(
        candidates=tuple(dict.fromkeys(shown)),
        problems=tuple(dict.fromkeys(problems)),
        relations=tuple(dict.fromkeys(_finding(a, figure) for a in answers)),
    )


def _said(answer: _Answer) -> str:
    """The relation as the step has it, for a message."""
    relation = answer.relation
    texts = [name.text if name else party.text if party else "" for name, party in
             zip(answer.names, (relation.source, relation.target), strict=True)]  # fmt: skip
    if not all(texts):
        return f"it says {'from' if texts[0] else 'to'} {listed([text for text in texts if text])}"
    if not relation.clear:
        return f"it relates {listed(texts[:1])} and {listed(texts[1:])}"
    joint = "to and from" if relation.sense == "mutual" else "and" if relation.sense == "either" else "to"
    return f"it says {'between' if joint == 'and' else 'from'} {listed(texts[:1])} {joint} {listed(texts[1:])}"


def _problem(answer: _Answer, figure: Figure) -> str:
    relation = answer.relation
    if answer.outcome == "no_label":
        lost = [p.text for p in (relation.source, relation.target) if p and not p.names]
        return f"nothing in figure {figure.id} is called {listed(lost)}"
    told: dict[RelationOutcome, str] = {
        "reversed": "the arrow runs the other way",
        "ambiguous": "several connectors fit",
        "unparsed": "which way the arrow runs cannot be read from the words",
    }
    return told.get(answer.outcome, "no connector runs so") + f" in figure {figure.id}"
