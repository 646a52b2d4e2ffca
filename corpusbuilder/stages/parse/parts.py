"""The panels of a figure that has several, and the letters that call them: a, b, c below or in their corners."""

import re
from collections.abc import Sequence
from typing import Final

from corpusbuilder.records.geometry import area, centre, intersection_area
from corpusbuilder.records.page import Rect
from corpusbuilder.stages.parse.model import FoundPart
from corpusbuilder.stages.parse.spacing import distance, shared
from corpusbuilder.stages.parse.textgroups import TextGroup

_LETTER: Final = re.compile(r"\(?([A-Ha-h])[.)]?$")
_LETTER_REACH: Final = 2.0
"""A letter stands at most so many em from its panel."""


def find_parts(
    pieces: Sequence[Rect], labels: Sequence[TextGroup], *, are_pictures: bool, em: float
) -> tuple[tuple[FoundPart, ...], tuple[Rect, ...]]:
    """The panels that the pieces of a figure are, in reading order, and the boxes of their letters.

    Args:
        pieces: boxes of what was put together, in points.
        labels: short text of the page.
        are_pictures: whether all pieces are images: these are panels without letters, too; the pieces of a drawing
            are strokes or shapes of one picture unless letters call them.
        em: size of the body text in points.

    Returns:
        Nothing where there are no two panels of like size in rows.
    """
    panels = sorted(pieces, key=lambda box: (box[1], box[0]))
    if not 2 <= len(panels) <= len("ABCDEFGH") or not _are_alike(panels):
        return (), ()
    letters = [label for label in labels if len(label.lines) == 1 and _LETTER.match(label.lines[0].text)]
    called = [_nearest_letter(panel, letters, em=em) for panel in panels]
    found = [label for label in called if label is not None]
    if len(found) == len(panels) and _run_on([_letter(label) for label in found]):
        parts = zip(found, panels, strict=True)
        named = sorted((FoundPart(panel, _letter(label)) for label, panel in parts), key=lambda part: part.label or "")
        return tuple(named), tuple(label.box for label in found)
    return (tuple(FoundPart(panel) for panel in panels) if are_pictures else ()), ()


def _are_alike(panels: Sequence[Rect]) -> bool:
    """Whether panels do not overlap, the smallest is a third of the largest or more, and each is level with another."""
    sizes = [area(panel) for panel in panels]
    others = [[other for other in panels if other is not panel] for panel in panels]
    return (
        min(sizes) >= max(sizes) / 3
        and all(
            intersection_area(panel, other) == 0 for panel, rest in zip(panels, others, strict=True) for other in rest
        )
        and all(
            any(max(shared(panel, other, axis=0), shared(panel, other, axis=1)) >= 0.8 for other in rest)
            for panel, rest in zip(panels, others, strict=True)
        )
    )


def _nearest_letter(panel: Rect, letters: Sequence[TextGroup], *, em: float) -> TextGroup | None:
    near = [
        letter
        for letter in letters
        if distance(panel, letter.box) <= _LETTER_REACH * em and panel[0] - em <= centre(letter.box)[0] <= panel[2]
    ]
    return min(near, key=lambda letter: (distance(panel, letter.box), letter.box), default=None)


def _letter(label: TextGroup) -> str:
    match = _LETTER.match(label.lines[0].text)
    return match[1] if match else ""


def _run_on(letters: Sequence[str]) -> bool:
    """Whether letters are the first of the alphabet, each once, all capitals or none."""
    first = "A" if letters[0].isupper() else "a"
    return sorted(letters) == [chr(ord(first) + place) for place in range(len(letters))]
