"""Boxes, polygons and spans of an annotation, compared with those that were sent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from pydantic import JsonValue

from corpusbuilder.backends.labelstudio.passage import Joined
from corpusbuilder.backends.labelstudio.reading.base import Change, MalformedError
from corpusbuilder.backends.labelstudio.reading.covering import Covering
from corpusbuilder.backends.labelstudio.reading.results import Mark
from corpusbuilder.backends.labelstudio.shapes import Shape, is_same_shape, on_image, read_offsets
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import Evidence, RegionEvidence, SpanEvidence
from corpusbuilder.records.example import StepGrounding
from corpusbuilder.records.geometry import Polygon, box_polygon, union
from corpusbuilder.records.review import confirmed

CHANGED: Final = "review.changed"
DRAWN: Final = "review.drawn"


@dataclass(frozen=True, slots=True)
class Sent:
    """A box, a polygon or a span that was drawn before the annotator came."""

    id: str
    grounding: StepGrounding
    is_candidate: bool
    place: int
    """Of the evidence among the step's evidence or candidates."""
    part: int
    """Which of the polygons; 0 for a span."""

    @property
    def evidence(self) -> Evidence:
        """To which it belongs."""
        return (self.grounding.candidates if self.is_candidate else self.grounding.evidence)[self.place]


@dataclass(frozen=True, slots=True)
class EditedGrounding:
    """The evidence of a step as a person left it, with the numbers of the version shown."""

    grounding: StepGrounding
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Edits:
    """What became of one step."""

    kept: dict[int, set[int]] = field(default_factory=dict)
    """Of its own evidence, by place, the parts that stand as they stood."""
    new: list[Evidence] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)
    """By field."""


class Comparison:
    """The marks that were sent, and what an annotation makes of them."""

    def __init__(self, groundings: Sequence[StepGrounding], figure: Figure | None, joined: Joined) -> None:
        self._groundings = groundings
        self._figure = figure
        self._joined = joined
        self._covering = Covering(figure) if figure else None
        self._sent = {sent.id: sent for grounding in groundings for sent in self._drawn(grounding)}

    def edited(self, marks: Iterable[Mark]) -> list[EditedGrounding]:
        """The evidence of all steps, in order.

        Raises:
            MalformedError: a shape is not on the image, or a span not in the text.
        """
        edits = {grounding.step: _Edits() for grounding in self._groundings}
        taken: dict[tuple[int, int, int], list[Sent]] = {}
        for mark in marks:
            sent = self._sent_as(mark)
            stands = sent if sent and self._is_unmoved(mark, sent) else None
            if mark.is_candidate:
                continue  # nobody says that it is evidence
            if stands and stands.is_candidate:
                taken.setdefault((mark.step, stands.grounding.step, stands.place), []).append(stands)
                _note(edits[mark.step], mark, None, [_part(stands)])
            elif stands and stands.grounding.step == mark.step:
                edits[mark.step].kept.setdefault(stands.place, set()).add(stands.part)
            else:
                made = [_part(stands, CHANGED)] if stands else self._made(mark, sent)
                edits[mark.step].new += made
                _note(edits[mark.step], mark, sent, made)
        for (step, *_), parts in taken.items():
            edits[step].new.append(_subset(parts[0].evidence, sorted(sent.part for sent in parts)))
        return [self._result(grounding, edits[grounding.step]) for grounding in self._groundings]

    def _drawn(self, grounding: StepGrounding) -> Iterator[Sent]:
        """The marks of a step, in the order in which they were sent."""
        for is_candidate, found in ((False, grounding.evidence), (True, grounding.candidates)):
            prefix = "c" if is_candidate else ""
            for place, evidence in enumerate(found):
                if not self._is_on_page(evidence):
                    continue
                if isinstance(evidence, SpanEvidence):
                    yield Sent(f"{prefix}t{grounding.step}-{place}", grounding, is_candidate, place, 0)
                    continue
                for part in range(len(_polygons(evidence))):
                    yield Sent(f"{prefix}r{grounding.step}-{place}-{part}", grounding, is_candidate, place, part)

    def _is_on_page(self, evidence: Evidence) -> bool:
        if isinstance(evidence, RegionEvidence):
            return self._figure is not None and evidence.figure_id == self._figure.id
        return self._span(evidence) is not None

    def _span(self, evidence: SpanEvidence) -> tuple[int, int] | None:
        try:
            return self._joined.place(evidence.passage_id, evidence.start, evidence.end)
        except ValueError:
            return None

    def _sent_as(self, mark: Mark) -> Sent | None:
        """What was sent under the id of a mark, if it is of the same sort."""
        sent = self._sent.get(mark.id)
        return sent if sent and _is_region(sent) == isinstance(mark.value, Shape) else None

    def _is_unmoved(self, mark: Mark, sent: Sent) -> bool:
        evidence = sent.evidence
        if isinstance(mark.value, Shape):
            return isinstance(evidence, RegionEvidence) and is_same_shape(mark.value, _polygons(evidence)[sent.part])
        return isinstance(evidence, SpanEvidence) and self._offsets(mark) == self._span(evidence)

    def _offsets(self, mark: Mark) -> tuple[int, int]:
        """Where a span stands in the joined text."""
        value = mark.value
        start, end, said = (None, None, None) if isinstance(value, Shape) else map(value.get, ("start", "end", "text"))
        if not _is_offset(start) or not _is_offset(end) or not isinstance(said, str | None):
            raise MalformedError(f"mark {mark.id} has no offsets")
        try:
            return read_offsets(self._joined.text, start, end, said)
        except ValueError as error:
            raise MalformedError(f"mark {mark.id}: {error}") from None

    def _made(self, mark: Mark, sent: Sent | None) -> list[Evidence]:
        """The evidence that a person made, from nothing or from what was sent."""
        method = DRAWN if sent is None or mark.is_manual else CHANGED
        if isinstance(mark.value, Shape):
            return [self._region(mark, mark.value, method)]
        made = [self._passage_span(*part, method) for part in self._joined.parts(*self._offsets(mark))]
        if not made:
            raise MalformedError(f"mark {mark.id} holds nothing but the space between two passages")
        return list(made)

    def _region(self, mark: Mark, drawn: Shape, method: str) -> RegionEvidence:
        if self._figure is None or self._covering is None:
            raise MalformedError(f"mark {mark.id} is drawn in a figure, and the page has none")
        try:
            shape = on_image(drawn, (self._figure.image.width, self._figure.image.height))
        except ValueError as error:
            raise MalformedError(f"mark {mark.id}: {error}") from None
        return RegionEvidence(
            figure_id=self._figure.id,
            element_ids=self._covering.covered(shape),
            polygons=(shape.polygon,),
            box=shape.box,
            method=method,
            score=1.0,
            confirmed=True,
        )

    def _passage_span(self, passage_id: str, start: int, end: int, method: str) -> SpanEvidence:
        first, last = self._joined.place(passage_id, start, end)
        quote = self._joined.text[first:last]
        return SpanEvidence(
            passage_id=passage_id, start=start, end=end, quote=quote, method=method, score=1.0, confirmed=True
        )

    def _result(self, grounding: StepGrounding, edits: _Edits) -> EditedGrounding:
        """The evidence of a step: what stood and stands, then what is new."""
        standing: list[Evidence] = []
        for place, evidence in enumerate(grounding.evidence):
            if not self._is_on_page(evidence):
                standing.append(evidence)
            elif parts := edits.kept.get(place):
                standing.append(_subset(evidence, sorted(parts)))
        own = [sent for sent in self._sent.values() if sent.grounding is grounding and not sent.is_candidate]
        changes = dict(edits.changes)
        for sent in own:
            path = _path(grounding.step, sent.evidence, sent.id)
            if sent.part not in edits.kept.get(sent.place, ()) and path not in changes:
                changes[path] = Change(path, _described(_part(sent)), None)
        order = {path: place for place, path in enumerate(_path(s.grounding.step, s.evidence, s.id) for s in own)}
        listed = sorted(changes.values(), key=lambda c: (".spans." in c.field, order.get(c.field, len(order))))
        update: dict[str, object] = {"evidence": tuple(dict.fromkeys([*standing, *edits.new]))}
        if listed:
            # A person has said what the step rests on: what it might have been, and what was not found, is settled.
            update |= {"candidates": (), "unresolved": ()}
        return EditedGrounding(grounding.model_copy(update=update), tuple(listed))


def _note(edits: _Edits, mark: Mark, sent: Sent | None, made: Sequence[Evidence]) -> None:
    """Write down what a mark became. A span over two passages is two spans: the second has the id with ``-2``."""
    was_here = sent is not None and not sent.is_candidate and sent.grounding.step == mark.step
    for number, evidence in enumerate(made, start=1):
        path = _path(mark.step, evidence, mark.id if number == 1 else f"{mark.id}-{number}")
        before = _described(_part(sent)) if sent and was_here and number == 1 else None
        edits.changes[path] = Change(path, before, _described(evidence))


def _is_region(sent: Sent) -> bool:
    return isinstance(sent.evidence, RegionEvidence)


def _is_offset(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _polygons(evidence: RegionEvidence) -> tuple[Polygon, ...]:
    """What is drawn of a region: its polygons, or the box when it has none."""
    return evidence.polygons or (box_polygon(evidence.box),)


def _subset(evidence: Evidence, parts: Sequence[int]) -> Evidence:
    """Evidence with a person's word for it, as far as these parts of it go."""
    if isinstance(evidence, SpanEvidence) or len(parts) == len(_polygons(evidence)):
        return confirmed(evidence)
    polygons = tuple(evidence.polygons[part] for part in parts)
    has_one_each = len(evidence.polygons) == len(evidence.element_ids)
    # Without one polygon per element nobody knows which of the elements are left.
    element_ids = tuple(evidence.element_ids[part] for part in parts) if has_one_each else ()
    box = union((x, y, x, y) for polygon in polygons for x, y in polygon)
    update = {"polygons": polygons, "element_ids": element_ids, "box": box, "confirmed": True}
    return evidence.model_copy(update=update)


def _part(sent: Sent, method: str | None = None) -> Evidence:
    """What one mark shows of its evidence; with a method, as a person's own."""
    evidence = _subset(sent.evidence, [sent.part])
    return evidence.model_copy(update={"method": method, "score": 1.0}) if method else evidence


def _path(step: int, evidence: Evidence, identity: str) -> str:
    return f"steps.{step}.{'regions' if isinstance(evidence, RegionEvidence) else 'spans'}.{identity}"


def _described(evidence: Evidence) -> JsonValue:
    """What a correction says of one mark."""
    if isinstance(evidence, SpanEvidence):
        span: dict[str, JsonValue] = {"passage_id": evidence.passage_id, "start": evidence.start}
        return span | {"end": evidence.end, "quote": evidence.quote}
    polygon: list[JsonValue] = [[x, y] for x, y in _polygons(evidence)[0]]
    return {
        "figure_id": evidence.figure_id,
        "box": list(evidence.box),
        "polygon": polygon,
        "element_ids": list(evidence.element_ids),
    }
