"""Which of the boxes that a detector found for a phrase is evidence, and which are candidates only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.grounders.detector.answers import Detections
from corpusbuilder.backends.grounders.detector.families import box_threshold
from corpusbuilder.backends.grounders.detector.options import DetectorOptions
from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.snapping import box_evidence, covers_everything
from corpusbuilder.language.denials import scope_of
from corpusbuilder.language.lexicon import ARROW_WORDS
from corpusbuilder.records.document import Figure
from corpusbuilder.records.evidence import Evidence
from corpusbuilder.records.geometry import Box, iou, make_box
from corpusbuilder.records.text import shortened, tokens

METHOD: Final = "detector"
_SAME: Final = 0.5
"""Boxes with a larger intersection over union are of one thing; the better one stands for both."""
_LEAD: Final = 0.75
"""The second best has at most this share of the best score, or it is anybody's guess which is meant."""
_CANDIDATE: Final = 0.5
"""Share of the threshold from which on a box is shown to the annotator."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """A box in a figure that may be what a phrase means."""

    figure: Figure
    box: Box
    """Pixels of the figure's image."""
    score: float
    is_enough: bool
    """Whether its scores would do for evidence."""

    @property
    def whole(self) -> bool:
        """Whether it points at nothing in particular."""
        return covers_everything(self.box, self.figure)


def choose(phrase: str, found: Sequence[tuple[Figure, Detections]], options: DetectorOptions) -> Found:
    """Evidence where one box stands out in all of the figures; else candidates and why.

    Args:
        phrase: what was looked for.
        found: what was found in each figure.
        options: hold the thresholds.
    """
    hits = sorted(
        (hit for figure, detections in found for hit in _hits(figure, detections, options)),
        key=lambda hit: (-hit.score, hit.figure.id, hit.box),
    )
    name = f"“{shortened(phrase)}”"
    if not hits:
        return Found(problems=(f"nothing in the picture looks like {name}",))
    best = hits[0]
    if not best.is_enough:
        return Found(candidates=_shown(hits, options), problems=(f"nothing in the picture is surely {name}",))
    if best.whole:
        return Found(candidates=_shown(hits, options), problems=(f"{name} may be all of the picture",))
    if len(hits) > 1 and hits[1].score > _LEAD * best.score:
        return Found(candidates=_shown(hits, options), problems=(f"several things in the picture look like {name}",))
    return Found(evidence=_shown(hits[:1], options))


def _hits(figure: Figure, detections: Detections, options: DetectorOptions) -> Iterator[_Hit]:
    """Boxes worth a look, without those that show the same as a better one."""
    enough = options.box_threshold or box_threshold(detections.family)
    width, height = figure.image.width, figure.image.height
    taken: list[Box] = []
    rows = sorted(
        zip(detections.scores, detections.boxes, detections.text_scores, strict=True), key=lambda row: (-row[0], row[1])
    )
    for score, (x0, y0, x1, y1), text_score in rows:
        box = make_box(x0 * width, y0 * height, x1 * width, y1 * height)
        if score < _CANDIDATE * enough or any(iou(box, other) >= _SAME for other in taken):
            continue
        taken.append(box)
        yield _Hit(figure, box, score, score >= enough and text_score >= options.text_threshold)


def _shown(hits: Sequence[_Hit], options: DetectorOptions) -> tuple[Evidence, ...]:
    shown = (box_evidence(hit.box, hit.figure, method=METHOD, score=hit.score) for hit in hits[: options.max_boxes])
    return tuple(evidence for evidence in shown if evidence is not None)


def beyond_boxes(text: str, language: str) -> str | None:
    """Why boxes around the things that a step names are no evidence for it; None when they are.

    Args:
        text: of the step.
        language: BCP 47.
    """
    if scope_of(text, language).denies:
        return "the step denies something, and boxes show only what is there"
    if any(word.text.startswith(tuple(ARROW_WORDS)) for word in tokens(text)):
        return "the step is about an arrow, and boxes do not show where one runs"
    return None


def all_of(found: Sequence[Found]) -> Found:
    """What was found for all phrases of a step. What two of them point at is there once, with the better score."""
    evidence: dict[object, Evidence] = {}
    for one in (e for each in found for e in each.evidence):
        place = (one.figure_id, one.box) if one.type == "region" else one
        if place not in evidence or evidence[place].score < one.score:
            evidence[place] = one
    return Found(
        evidence=tuple(evidence.values()),
        candidates=tuple(dict.fromkeys(c for each in found for c in each.candidates)),
        problems=tuple(dict.fromkeys(p for each in found for p in each.problems)),
    )
