"""What a reasoning step rests on: citations before grounding, evidence after."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from corpusbuilder.records.base import Record
from corpusbuilder.records.geometry import Box, Polygon


class ElementCitation(Record):
    """A teacher points at elements of a figure by id. It never writes a box."""

    type: Literal["elements"] = "elements"
    figure_id: str
    element_ids: tuple[str, ...]


class QuoteCitation(Record):
    """A teacher quotes a passage. It never writes an offset."""

    type: Literal["quote"] = "quote"
    passage_id: str
    quote: str


Citation: TypeAlias = Annotated[ElementCitation | QuoteCitation, Field(discriminator="type")]


class RegionEvidence(Record):
    """A part of a figure."""

    type: Literal["region"] = "region"
    figure_id: str
    element_ids: tuple[str, ...]
    """Elements of the figure's diagram; empty when a model drew the box."""
    polygons: tuple[Polygon, ...]
    """One per element, in pixels of the figure's image."""
    box: Box
    """Around all polygons, in pixels of the figure's image."""
    method: str
    """Such as ``diagram.element``."""
    score: float
    """0 to 1."""
    confirmed: bool | None = None
    """Whether a person confirmed it; null when nobody looked."""


class SpanEvidence(Record):
    """Characters of a passage: ``passage.text[start:end] == quote``."""

    type: Literal["span"] = "span"
    passage_id: str
    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    quote: str
    method: str
    """Such as ``quote.exact``."""
    score: float
    """0 to 1."""
    confirmed: bool | None = None
    """Whether a person confirmed it; null when nobody looked."""

    @model_validator(mode="after")
    def _offsets_fit_the_quote(self) -> Self:
        if self.start < 0 or self.end - self.start != len(self.quote):
            raise ValueError(f"offsets {self.start}:{self.end} do not fit a quote of {len(self.quote)} characters")
        return self


RelationOutcome: TypeAlias = Literal["ok", "reversed", "no_edge", "no_label", "ambiguous", "unparsed"]
"""``ok``: drawn as said; ``reversed``: drawn the other way; ``no_edge``: both names are there and nothing joins them;
``no_label``: a name is not in the figure; ``ambiguous``: several things fit; ``unparsed``: it speaks of an arrow, and
which one is not understood."""


class RelationFinding(Record):
    """A relation between two named things that a step asserts, and what the diagram says of it."""

    source: str
    """As the step names it, or what "it" stands for; empty when the step names none."""
    target: str
    outcome: RelationOutcome
    figure_id: str | None = None
    """The figure that was looked at; null when none could be."""
    element_ids: tuple[str, ...] = ()
    """Tail, connector and head when ``ok``; what contradicts the step when ``reversed`` or ``no_edge``."""


Evidence: TypeAlias = Annotated[RegionEvidence | SpanEvidence, Field(discriminator="type")]
