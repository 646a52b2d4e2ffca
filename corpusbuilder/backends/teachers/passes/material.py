"""What a teacher is shown of a unit: its passages and its figures, as data, under short ids of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from corpusbuilder.backends.models.base import ImagePart
from corpusbuilder.backends.prompting.pagetext import as_data, as_line, visible
from corpusbuilder.backends.teachers.passes.elements import ShownElements, shown_elements
from corpusbuilder.records.document import Figure, Passage, Unit

MOST_PASSAGES: Final = 240
"""Passages of one unit that are shown; with `MOST_ELEMENTS` it keeps a schema under the 500 enum values of OpenAI."""
_LEAST_SIDE: Final = 32
"""Pixels. Models see nothing in smaller images, and some cannot even take them in."""
_LONGEST_TITLE: Final = 200
_LONGEST_CAPTION: Final = 1000


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as the prompt shows it. Texts are data: see `as_data`."""

    id: str
    page: int
    heading: str
    text: str


@dataclass(frozen=True)
class Material:
    """The passages of a unit, the same for all its groups."""

    unit: Unit

    @cached_property
    def _readable(self) -> list[Passage]:
        return [passage for passage in self.unit.passages if any(map(str.isalnum, visible(passage.text)))]

    @cached_property
    def passages(self) -> tuple[ShownPassage, ...]:
        """The first passages with words in them, in reading order."""
        shown = enumerate(self._readable[:MOST_PASSAGES], start=1)
        return tuple(
            ShownPassage(f"P{n}", p.page_no, as_line(" › ".join(p.heading), _LONGEST_TITLE), as_data(p.text))
            for n, p in shown
        )

    @cached_property
    def real_ids(self) -> Mapping[str, str]:
        """From the ids of passages shown to those of the records."""
        return {shown.id: passage.id for shown, passage in zip(self.passages, self._readable, strict=False)}

    @property
    def left_out(self) -> int:
        """Passages that found no room."""
        return len(self._readable) - len(self.passages)

    def values(self) -> dict[str, object]:
        """What the prompt ``passages`` is given."""
        document = self.unit.document
        return {
            "title": as_line(document.title, _LONGEST_TITLE),
            "subject": as_line(document.subject or "", _LONGEST_TITLE),
            "grade": as_line(document.grade or "", _LONGEST_TITLE),
            "passages": self.passages,
        }


@dataclass(frozen=True)
class ShownFigure:
    """One figure of a unit."""

    figure: Figure
    with_image: bool
    """Whether the model is shown its image."""

    @cached_property
    def elements(self) -> ShownElements:
        """Labels, connectors and regions that can be cited."""
        return shown_elements(self.figure.diagram, self.figure.image)

    @property
    def image(self) -> ImagePart | None:
        """The image, when it is shown."""
        if not self.with_image:
            return None
        asset = self.figure.image
        return ImagePart(asset.sha256, asset.media_type, asset.width, asset.height)

    def values(self) -> dict[str, object]:
        """What the prompt ``figure`` is given."""
        return {
            "kind": self.figure.kind,
            "page": self.figure.page_no,
            "number": as_line(self.figure.number or "", _LONGEST_TITLE),
            "caption": as_line(self.figure.caption or "", _LONGEST_CAPTION),
            "image": self.with_image,
            "labels": self.elements.labels,
            "connectors": self.elements.connectors,
            "regions": self.elements.regions,
        }


def figures_to_ask_about(unit: Unit, *, images: bool) -> Iterator[ShownFigure]:
    """Figures that can be seen, or in which there is something that can be pointed at.

    Args:
        unit: whose figures.
        images: whether the model can see images at all.
    """
    for figure in unit.figures:
        shown = ShownFigure(figure, images and min(figure.image.width, figure.image.height) >= _LEAST_SIDE)
        if shown.with_image or shown.elements.labels:
            yield shown
