"""Checks of arrows and places: what is said of two named things against the diagram graph."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from corpusbuilder.language.claims import Claim, Mention, arrow_claims, mentions, position_claims
from corpusbuilder.language.lexicon import (
    ARROW_WORDS,
    COLOUR_WORDS,
    SYMMETRIC,
    Mark,
    arrow_lexicon,
    position_lexicon,
)
from corpusbuilder.records.diagram import Connector, DiagramLabel, Region
from corpusbuilder.records.document import Figure
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.geometry import Point, Polygon, area, centre
from corpusbuilder.records.text import Stems, contains, listed, stems, tokens
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed

_LEAST_OFFSET: Final = 0.25
"""How far apart two centres must lie for "above" or "left of", as a share of the smaller box's extent."""


class Arrows:
    """The connectors that some steps point at, by the names of their ends."""

    def __init__(self, case: Case, steps: Iterable[ReasoningStep]) -> None:
        self._case = case
        found = {e.id: (f, e) for step in steps for f, e in case.elements(step) if isinstance(e, Connector)}
        self.cited = [(f, e) for f, e in found.values() if e.kind != "leader"]

    def ends(self, figure: Figure, connector: Connector) -> tuple[Stems, Stems]:
        """The names of tail and head; empty where the diagram has none."""
        return _ends(self._case, figure, connector)

    @property
    def ids(self) -> list[str]:
        """The ids of the connectors."""
        return [e.id for _, e in self.cited]

    def pairs(self) -> set[tuple[Stems, Stems]]:
        """Tail and head of all directed connectors; both ways for double ones."""
        return self._pairs(self.cited)

    def undirected(self) -> set[frozenset[Stems]]:
        """The ends of the lines without a head."""
        return {frozenset(self.ends(f, e)) for f, e in self.cited if not e.directed}

    def _pairs(self, connectors: Iterable[tuple[Figure, Connector]]) -> set[tuple[Stems, Stems]]:
        found = {(*self.ends(f, e), e.double) for f, e in connectors if e.directed}
        return {(t, h) for t, h, _ in found} | {(h, t) for t, h, double in found if double}

    def led(self) -> set[tuple[Stems, Stems]]:
        """First and last name of every way along the directed connectors."""
        pairs = self.pairs()
        ways = set(pairs)
        for _ in self.cited:  # No way needs more steps than there are connectors.
            ways |= {(a, d) for a, b in ways for c, d in pairs if b == c}
        return ways

    def drawn(self) -> set[tuple[Stems, Stems]]:
        """Tail and head of all directed connectors of the same figures, pointed at or not."""
        figures = {f.id: f for f, _ in self.cited}
        every = [(f, e) for f in figures.values() for e in f.diagram.connectors if e.kind != "leader"]
        return self._pairs(every)

    def round(self) -> tuple[Stems, ...]:
        """The names on the closed round of which all cited connectors are part; empty when there is none.

        Every name on it has one arrow that arrives and one that leaves among all that are drawn.
        """
        drawn = self._drawn_ends()
        onward, backward = dict(drawn), {head: tail for tail, head in drawn}
        start = min((self.ends(f, e)[0] for f, e in self.cited if e.directed), default=())
        way = [start]
        while start and (after := onward.get(way[-1])) and after != start and len(way) <= len(drawn):
            way.append(after)
        counts = Counter(end for ends in drawn for end in ends)
        closed = len(way) >= 3 and onward.get(way[-1]) == start and all(counts[name] == 2 for name in way)
        single = closed and all(backward.get(onward[name]) == name for name in way)
        return tuple(way) if single and self.pairs() <= {(name, onward[name]) for name in way} else ()

    def _drawn_ends(self) -> list[tuple[Stems, Stems]]:
        """Tail and head of every directed connector of the same figures; both ways for double ones."""
        figures = {f.id: f for f, _ in self.cited}
        every = [(f, e) for f in figures.values() for e in f.diagram.connectors if e.directed and e.kind != "leader"]
        ends = [(*self.ends(f, e), e.double) for f, e in every]
        return [(t, h) for t, h, _ in ends] + [(h, t) for t, h, double in ends if double]

    def actions(self) -> list[tuple[Stems, tuple[Stems, Stems]]]:
        """Cited connectors that end at a cited one: the name at their tail, and the two names at its ends."""
        by_id = {e.id: (f, e) for f, e in self.cited}
        met = [(self.ends(f, e)[0], by_id[e.head_id]) for f, e in self.cited if e.head_id in by_id and e.head_id]
        return [(actor, self.ends(*arrow)) for actor, arrow in met]

    def count_at(self, name: Stems, end: int) -> int:
        """How many directed connectors of the same figures have ``name`` at their tail (end 0) or head (end 1)."""
        figures = {f.id: f for f, _ in self.cited}
        every = [(f, e) for f in figures.values() for e in f.diagram.connectors if e.directed and e.kind != "leader"]
        return sum(self.ends(f, e)[end] == name or (e.double and name in self.ends(f, e)) for f, e in every)

    def words(self) -> set[Stems]:
        """What is written along the connectors."""
        return {stems(self._case.name(f, e.label_id)) for f, e in self.cited} - {()}

    def names(self) -> set[Stems]:
        """The names of all ends of connectors in the same figures."""
        figures = {f.id: f for f, _ in self.cited}
        ends = [end for f in figures.values() for e in f.diagram.connectors for end in self.ends(f, e)]
        return {end for end in ends if end}


def arrow_agrees(case: Case) -> Iterator[Finding]:
    """What a step says of an arrow, "from A to B", is what the arrow at which it points shows."""
    lexicon = arrow_lexicon(case.language)
    for step in case.example.steps:
        if step.kind in (StepKind.READ, StepKind.RECALL):
            continue
        arrows = Arrows(case, [step] if step.kind is StepKind.PERCEIVE else case.reach(step))
        if not arrows.cited:
            if step.kind is StepKind.PERCEIVE and speaks_of(step.text, ARROW_WORDS) and case.regions(step):
                yield abstained("it speaks of an arrow and points at none", step.index)
        elif lexicon is None:
            yield abstained(f"directions cannot be read in {case.language}", step.index, arrows.ids)
        else:
            named = arrows.names() | _labels(case, step)
            found = [m for m in mentions(step.text, named, lexicon) if m.mark or m.name not in arrows.words()]
            yield _arrow_finding(step, arrows, found)


def words_stand_along_arrow(case: Case) -> Iterator[Finding]:
    """Words at which a step points stand along the arrow at which it points, and not along another with the same words.

    An arrow without words of its own among them is accepted when the step names its ends: `arrow_agrees` reads these.
    """
    for step in case.example.steps:
        if step.kind is not StepKind.PERCEIVE:
            continue
        labels = {
            e.id: e for _, e in case.elements(step) if isinstance(e, DiagramLabel) and e.role == "connector_label"
        }
        arrows = [(f, e) for f, e in case.elements(step) if isinstance(e, Connector) and e.label_id]
        if not labels or not arrows:
            continue
        said = stems(step.text)
        strays = [
            e for f, e in arrows if e.label_id not in labels and not all(contains(said, n) for n in _ends(case, f, e))
        ]
        if strays:
            words = listed([label.text for label in labels.values()])
            yield abstained(f"{words} stands along another arrow than the one pointed at", step.index, [strays[0].id])
        else:
            yield passed(step.index)


def _ends(case: Case, figure: Figure, connector: Connector) -> tuple[Stems, Stems]:
    return stems(case.name(figure, connector.tail_id)), stems(case.name(figure, connector.head_id))


def _labels(case: Case, step: ReasoningStep) -> set[Stems]:
    """The names of the labels at which a step points."""
    return {stems(element.name) for _, element in case.elements(step) if isinstance(element, DiagramLabel)}


def speaks_of(text: str, words: Iterable[str]) -> bool:
    """Whether a word of ``text`` begins with one of ``words``."""
    return any(token.text.startswith(tuple(words)) for token in tokens(text))


def _arrow_finding(step: ReasoningStep, arrows: Arrows, found: list[Mention]) -> Finding:
    claims = arrow_claims(found)
    pairs, undirected = arrows.pairs(), arrows.undirected()
    for claim in claims:
        ends = (claim.source, claim.target)
        if ends in pairs or frozenset(ends) in undirected or (step.kind is StepKind.INFER and ends in arrows.led()):
            continue
        said = f"from {_shown(claim.source)} to {_shown(claim.target)}"
        if ends[::-1] in pairs:
            return failed(f"it says {said}, and the arrow runs the other way", step.index, arrows.ids)
        drawn = "is another one" if ends in arrows.drawn() else "does not exist"
        return failed(f"it says {said}, and that arrow {drawn}", step.index, arrows.ids)
    if problem := _wrong_end(found, pairs, undirected) if not claims else "":
        return failed(problem, step.index, arrows.ids)
    if step.kind is StepKind.PERCEIVE and not claims and _names_both_ends(found, pairs) and not _symmetric(step.text):
        return abstained("it does not say which way the arrow runs", step.index, arrows.ids)
    return passed(step.index, arrows.ids)


def _wrong_end(found: Sequence[Mention], pairs: set[tuple[Stems, Stems]], undirected: set[frozenset[Stems]]) -> str:
    """A name that stands as the wrong end of every arrow: "it leads to A" where the arrow begins at A."""
    tails, heads = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    for mention in found:
        if any(mention.name in ends for ends in undirected):
            continue
        if mention.mark == "source" and mention.name in heads - tails:
            return f"it says that the arrow begins at {_shown(mention.name)}, where it ends"
        if mention.mark == "target" and mention.name in tails - heads:
            return f"it says that the arrow ends at {_shown(mention.name)}, where it begins"
    return ""


def _names_both_ends(found: Sequence[Mention], pairs: set[tuple[Stems, Stems]]) -> bool:
    named = {mention.name for mention in found}
    return any(tail in named and head in named for tail, head in pairs)


def _symmetric(text: str) -> bool:
    return bool(set(stems(text)) & SYMMETRIC)


def _shown(name: Stems) -> str:
    return listed([" ".join(name)])


def question_agrees(case: Case) -> Iterator[Finding]:
    """An arrow that the question speaks of, "the arrow from A", is one at which the steps point."""
    lexicon = arrow_lexicon(case.language, question=True)
    arrows = Arrows(case, case.example.steps)
    pairs = arrows.pairs()
    if lexicon is None or case.example.answer_type == "yes_no" or not pairs or arrows.undirected():
        return
    tails, heads = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    for mention in mentions(case.example.question, arrows.names(), lexicon):
        if mention.mark == "source" and mention.name not in tails:
            yield failed(f"the question asks what comes from {_shown(mention.name)}, and no step shows it")
        elif mention.mark == "target" and mention.name not in heads:
            yield failed(f"the question asks what leads to {_shown(mention.name)}, and no step shows it")
        else:
            yield passed(element_ids=arrows.ids)


def position_agrees(case: Case) -> Iterator[Finding]:
    """What a step says of the places of two named parts is so in the figure."""
    for step in case.example.steps:
        if step.kind in (StepKind.READ, StepKind.RECALL) or speaks_of(step.text, COLOUR_WORDS):
            continue  # "the colour of A stands beside B" is for colour_agrees
        for figure, claim in stated_positions(case, step.text, case.reach(step)):
            said = f"{_shown(claim.source)} and {_shown(claim.target)}"
            holds = position_holds(figure, claim)
            if holds is None:
                yield abstained(f"how {said} lie to one another is not certain", step.index)
            else:
                yield passed(step.index) if holds else failed(f"{said} do not lie as it says", step.index)


def colour_agrees(case: Case) -> Iterator[Finding]:
    """Where a step says that a part has the colour of an entry of the key, the fills are the same."""
    for step in case.example.steps:
        pointed = [(f, e) for s in case.example.steps if s.index <= step.index for f, e in case.elements(s)]
        if step.kind in (StepKind.READ, StepKind.RECALL) or not pointed or not speaks_of(step.text, COLOUR_WORDS):
            continue
        for figure in {f.id: f for f, _ in pointed}.values():
            yield from _colour_findings(step, figure)


def _colour_findings(step: ReasoningStep, figure: Figure) -> Iterator[Finding]:
    labels = [label for label in figure.diagram.labels if contains(stems(step.text), stems(label.name))]
    fills = {e.id: [r for r in figure.diagram.regions if r.label_id == e.id] for e in labels}
    keys = [label for label in labels if any(r.linked_by == "legend" for r in fills[label.id])]
    parts = [label for label in labels if label not in keys and fills[label.id]]
    for key in keys:
        for part in parts:
            both = [{region.fill for region in fills[label.id]} for label in (key, part)]
            ids = (part.id, key.id)
            if None in both[0] | both[1] or len(both[0]) != 1:
                yield abstained("the colours are not known", step.index, ids)
            elif both[0] & both[1]:
                yield passed(step.index, ids)
            else:
                yield failed(f"{listed([part.text])} has not the colour of {listed([key.text])}", step.index, ids)
    if not keys and len(labels) > 1:
        yield abstained("the colours of the key are not known", step.index, [label.id for label in labels])


def stated_positions(case: Case, text: str, steps: Iterable[ReasoningStep]) -> list[tuple[Figure, Claim]]:
    """What ``text`` says of places, for names in the figures at which ``steps`` point without an arrow."""
    lexicon = position_lexicon(case.language)
    pointed = [(f, e) for step in steps for f, e in case.elements(step)]
    if lexicon is None or any(isinstance(e, Connector) and e.kind != "leader" for _, e in pointed):
        return []
    figures = {f.id: f for f, _ in pointed}
    names = {stems(text) for f, e in pointed for text in case.names(f, e)}
    claims = position_claims(mentions(text, names, lexicon))
    return [(figure, claim) for figure in figures.values() for claim in claims]


def position_holds(figure: Figure, claim: Claim) -> bool | None:
    """Whether two named parts lie as claimed: by their regions, else by their labels; None when undecided."""
    if claim.mark == "around":
        claim = Claim(claim.target, claim.source, "inside")
    sources, targets = _places(figure, claim.source), _places(figure, claim.target)
    if claim.mark == "inside":
        around = [place for place in targets if isinstance(place, Region)]
        answers: set[bool | None] = {_is_inside(a, b) for a in _parts(sources) for b in around}
    else:
        pairs = [(a, b) for a in sources for b in targets if type(a) is type(b)]
        by_region = [(a, b) for a, b in pairs if isinstance(a, Region)]
        answers = {_lies(figure, a, b, claim.mark) for a, b in by_region or pairs}
    return next(iter(answers)) if len(answers) == 1 else None


def _parts(places: Sequence[DiagramLabel | Region]) -> Sequence[DiagramLabel | Region]:
    """The regions among ``places``; all of them when there are none: a place on a map is its name."""
    return [place for place in places if isinstance(place, Region)] or places


def _is_inside(inner: DiagramLabel | Region, outer: Region) -> bool:
    if isinstance(inner, Region) and (inner.id == outer.id or area(inner.box) >= area(outer.box)):
        return False
    return holds_point(outer.polygon, centre(inner.box))


def holds_point(polygon: Polygon, point: Point) -> bool:
    """Whether ``point`` lies in ``polygon`` (even-odd rule)."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(polygon, (*polygon[1:], *polygon[:1]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _places(figure: Figure, name: Stems) -> list[DiagramLabel | Region]:
    labels = [label for label in figure.diagram.labels if stems(label.name) == name]
    ids = {label.id for label in labels}
    return [*labels, *(region for region in _pictured(figure) if region.label_id in ids)]


def _pictured(figure: Figure) -> list[Region]:
    """What the picture is made of: not the patches of its key, and no ornaments."""
    return [region for region in figure.diagram.regions if region.role in ("part", "area")]


def _lies(figure: Figure, a: DiagramLabel | Region, b: DiagramLabel | Region, mark: Mark) -> bool | None:
    (ax, ay), (bx, by) = centre(a.box), centre(b.box)
    width = min(a.box[2] - a.box[0], b.box[2] - b.box[0]) * _LEAST_OFFSET
    height = min(a.box[3] - a.box[1], b.box[3] - b.box[1]) * _LEAST_OFFSET
    offsets = {
        "above": (by - ay, height),
        "below": (ay - by, height),
        "left": (bx - ax, width),
        "right": (ax - bx, width),
    }
    if mark in offsets:
        offset, least = offsets[mark]
        return None if abs(offset) < least else offset > 0
    kind = type(a)
    others = [e for e in (*figure.diagram.labels, *_pictured(figure)) if type(e) is kind and e.id not in (a.id, b.id)]
    nearest = all(_gap(a.box, b.box) <= _gap(o.box, b.box) for o in others)
    return True if nearest or all(_gap(a.box, b.box) <= _gap(o.box, a.box) for o in others) else None


def _gap(a: Sequence[float], b: Sequence[float]) -> float:
    """Distance between two boxes; zero when they touch."""
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float((dx * dx + dy * dy) ** 0.5)
