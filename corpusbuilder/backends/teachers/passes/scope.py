"""What a teacher may point at in one group, and what the ids it was shown stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from corpusbuilder.backends.teachers.passes.elements import ShownElements
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure
from corpusbuilder.records.evidence import Citation, ElementCitation, QuoteCitation

_CODE: Final = re.compile(r"\b[LARPSQ]\d{1,3}\b")
"""What our short ids look like."""


@dataclass(frozen=True)
class Scope:
    """One group: a figure with the passages of its unit, or the passages alone."""

    material: Material
    figure: ShownFigure | None
    language: str

    @property
    def name(self) -> str:
        """Tells the groups of a unit apart."""
        return self.figure.figure.id if self.figure else "text"

    @property
    def elements(self) -> ShownElements:
        """Of the figure; empty without one."""
        return self.figure.elements if self.figure else ShownElements()

    @cached_property
    def element_ids(self) -> tuple[str, ...]:
        """Ids of elements that were shown."""
        return tuple(self.elements.real_ids)

    @cached_property
    def passage_ids(self) -> tuple[str, ...]:
        """Ids of passages that were shown."""
        return tuple(self.material.real_ids)

    @cached_property
    def _printed_codes(self) -> frozenset[str]:
        """What looks like one of our ids and is the page's own: "P1" in a book about genetics."""
        unit = self.material.unit
        texts = [passage.text for passage in unit.passages] + [figure.caption or "" for figure in unit.figures]
        texts += [label.text for figure in unit.figures for label in figure.diagram.labels]
        return frozenset(code for text in texts for code in _CODE.findall(text))

    def leaked_id(self, text: str) -> str | None:
        """An id of ours in a text for readers, who know nothing of ids; None when there is none."""
        return next((code for code in _CODE.findall(text) if code not in self._printed_codes), None)

    def citations(self, elements: Iterable[str], quotes: Iterable[tuple[str, str]]) -> Iterator[Citation]:
        """Citations with the ids of the records.

        Args:
            elements: ids as shown.
            quotes: of passages, each with the id shown.
        """
        real = tuple(self.elements.real_ids[element] for element in elements)
        if real and self.figure:
            yield ElementCitation(figure_id=self.figure.figure.id, element_ids=real)
        for passage, quote in quotes:
            yield QuoteCitation(passage_id=self.material.real_ids[passage], quote=quote)

    def in_reading_order(self, passages: Iterable[str]) -> tuple[str, ...]:
        """Real ids of passages from those shown."""
        wanted = set(passages)
        return tuple(real for shown, real in self.material.real_ids.items() if shown in wanted)
