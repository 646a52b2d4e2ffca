"""Reads a release as the questions that an export writes, few at a time in memory, in texts that are safe to write.

What cannot be written truthfully is left out, and counted by the reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corpusbuilder.exports.base import ExportOptions
from corpusbuilder.exports.images import ImageFolder
from corpusbuilder.exports.safetext import SafeText
from corpusbuilder.exports.selection import wanted_splits
from corpusbuilder.store.release import ReleaseFolder, Row

IMAGES: Final = "images"
_COLUMNS: Final = (
    "id", "language", "question", "answer", "choices", "figure_id", "caption", "context", "steps", "verdict", "review",
)  # fmt: skip
_ELEMENTS: Final = ("id", "width", "height", "labels", "connectors", "regions")


@dataclass(frozen=True, slots=True)
class Shown:
    """The figure that an example shows."""

    id: str
    width: int
    """Pixels."""
    height: int
    names: Mapping[str, str]
    """What its elements are called, by id: the text of a label, ``Sun → Leaf`` for an arrow."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the shown figure on which a step rests."""

    name: str
    """Empty when none of its elements has a name."""
    box: tuple[float, float, float, float]
    """Pixels of the stored image."""
    polygon: tuple[tuple[float, float], ...]
    """Pixels of the stored image; the corners of the box when the release has no outline."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A part of a passage on which a step rests."""

    number: int | None
    """Which of the question's passages it is in, from 1; None when that is not given with the question."""
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the reasoning."""

    text: str
    kind: str
    regions: tuple[Region, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An example of a release, as an export shows it."""

    id: str
    split: str
    language: str
    figure: Shown | None
    caption: str
    passages: tuple[tuple[str, str], ...]
    """Heading, which may be empty, and text of each passage that is given with it."""
    question: str
    choices: tuple[str, ...]
    answer: str
    """With the letter of the right choice before it, if there are choices."""
    steps: tuple[Step, ...]
    judged: int
    """How many of the first steps are known to be right: the release says so of the others neither way."""
    image: Row | None
    """``bytes`` and ``path`` of its image, when they were asked for."""


class Questions:
    """The examples of a release under the options of an export."""

    def __init__(self, release: ReleaseFolder, options: ExportOptions, *, with_images: bool = False) -> None:
        """Look at what the release has.

        Args:
            release: a full one.
            options: split, and whether passages are given.
            with_images: read the image of each example with it.

        Raises:
            UsageError: the split is none, or has no examples.
            MissingInputError: there are no examples at all.
        """
        self.splits = wanted_splits(release, options)
        self.safe = SafeText()
        self.left_out: Counter[str] = Counter()
        self._release = release
        self._options = options
        self._columns = (*_COLUMNS, "image") if with_images else _COLUMNS
        self.figures = _figures(release, self.splits, self.safe)

    def __iter__(self) -> Iterator[Question]:
        for split in self.splits:
            for row in self._release.rows("examples", split=split, columns=self._columns):
                if reason := self._why_not(row):
                    self.left_out[reason] += 1
                else:
                    yield self._question(row, split)

    def write_images(self, folder: Path) -> dict[str, str]:
        """Write each image that an example shows once, under the hash of its content.

        Returns:
            The place of each figure's image relative to ``folder``, by the figure's id.
        """
        images = ImageFolder(folder / IMAGES)
        places = {}
        for row in self._release.rows("figures", columns=("id", "image")):
            if row["id"] in self.figures and row["image"] and row["image"]["bytes"]:
                places[row["id"]] = f"{IMAGES}/{images.add(row)}"
        for missing in self.figures.keys() - places.keys():
            del self.figures[missing]
        return places

    def _why_not(self, row: Row) -> str | None:
        shown = row["figure_id"]
        without_image = "image" in row and not (row["image"] and row["image"]["bytes"])
        if shown is not None and (shown not in self.figures or without_image):
            return "the release does not hold their figure"
        if any(region["figure_id"] != shown for step in row["steps"] for region in step["regions"]):
            return "they need a second figure, and these formats show one"
        if row["choices"] and row["answer"] not in row["choices"]:
            return "their answer is none of their choices"
        if not self._options.passages and any(step["spans"] for step in row["steps"]):
            return "they are answered from a passage, and passages are not given"
        return None

    def _question(self, row: Row, split: str) -> Question:
        figure = self.figures.get(row["figure_id"])
        given = row["context"] if self._options.passages else []
        numbers = {passage["passage_id"]: number for number, passage in enumerate(given, start=1)}
        return Question(
            id=row["id"],
            split=split,
            language=row["language"] or "",
            figure=figure,
            caption=self.safe(row["caption"] or ""),
            passages=tuple((self.safe(passage["heading"] or ""), self.safe(passage["text"])) for passage in given),
            question=self.safe(row["question"]),
            choices=tuple(self.safe(choice) for choice in row["choices"]),
            answer=_lettered(row["answer"], row["choices"], self.safe),
            steps=tuple(self._step(step, figure, numbers) for step in row["steps"]),
            judged=_judged(row),
            image=row.get("image"),
        )

    def _step(self, row: Row, figure: Shown | None, numbers: Mapping[str, int]) -> Step:
        names = figure.names if figure else {}
        return Step(
            text=self.safe(row["text"]),
            kind=row["kind"],
            regions=tuple(_region(region, names) for region in row["regions"]),
            quotes=tuple(Quote(numbers.get(span["passage_id"]), self.safe(span["quote"])) for span in row["spans"]),
        )


def letter(place: int) -> str:
    """The letter of the choice at ``place``, from 0: A to Z, then AA, AB and so on."""
    before, last = divmod(place, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def _lettered(answer: str, choices: Sequence[str], safe: SafeText) -> str:
    return f"{letter(choices.index(answer))}. {safe(answer)}" if choices else safe(answer)


def _judged(row: Row) -> int:
    """A person who accepts or corrects an example vouches for all steps, the checks for all up to a recalled one."""
    steps = row["steps"]
    if row["review"] and row["review"]["status"] in {"accepted", "corrected"}:
        return len(steps)
    if row["verdict"] != "supported":
        return 0
    return next((place for place, step in enumerate(steps) if step["kind"] == "recall"), len(steps))


def _region(row: Row, names: Mapping[str, str]) -> Region:
    x0, y0, x1, y1 = row["box"]
    outline = tuple((x, y) for x, y in row["polygon"] or ())
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    name = ", ".join(dict.fromkeys(names[element] for element in row["element_ids"] if element in names))
    return Region(name, (x0, y0, x1, y1), outline if len(outline) > 2 else corners)


def _figures(release: ReleaseFolder, splits: Sequence[str], safe: SafeText) -> dict[str, Shown]:
    """Sizes and names of all figures that an example shows, by id."""
    shown = {
        row["figure_id"] for split in splits for row in release.rows("examples", split=split, columns=("figure_id",))
    }
    return {
        row["id"]: Shown(row["id"], row["width"], row["height"], _names(row, safe))
        for row in release.rows("figures", columns=_ELEMENTS)
        if row["id"] in shown and min(row["width"], row["height"]) > 0
    }


def _names(row: Row, safe: SafeText) -> dict[str, str]:
    names: dict[str, str] = {label["id"]: safe(label["text"]) for label in row["labels"]}
    regions: Sequence[Mapping[str, Any]] = row["regions"]
    names |= {region["id"]: names[region["label_id"]] for region in regions if region["label_id"] in names}
    ends = ((c["id"], names.get(c["tail_id"]), names.get(c["head_id"]), c["directed"]) for c in row["connectors"])
    arrows = {id_: f"{tail} {'→' if directed else '–'} {head}" for id_, tail, head, directed in ends if tail and head}
    return names | arrows
