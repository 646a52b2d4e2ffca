"""Which of several figures that overlap a line of text belongs to: every line is in one of them."""

from collections.abc import Sequence
from dataclasses import replace

from corpusbuilder.records.geometry import area
from corpusbuilder.stages.parse.model import FoundFigure


def with_own_lines(figures: Sequence[FoundFigure]) -> list[FoundFigure]:
    """The figures of a page, in their order; a line that several hold stays in the smallest of them."""
    owner: dict[int, int] = {}
    for place in sorted(range(len(figures)), key=lambda place: (area(figures[place].box), place)):
        for line in figures[place].lines:
            owner.setdefault(id(line), place)
    return [
        replace(figure, lines=tuple(line for line in figure.lines if owner[id(line)] == place))
        for place, figure in enumerate(figures)
    ]
