"""What a detector says of one phrase in one image, as the ledger keeps it: raw, above a low score only."""

from typing import Annotated, Final, Self, TypeAlias

from pydantic import AfterValidator, Field, ValidationError, model_validator

from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.records.base import Record
from corpusbuilder.records.geometry import Box

LEAST_KEPT: Final = 0.05
"""Boxes of a lower score are not kept: thresholds are applied when the answer is read, and none is as low."""
MOST_KEPT: Final = 64
"""At most so many boxes are kept, the best."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
FAMILIES: Final = ("grounding-dino", "mm-grounding-dino", "owlv2", "owlvit")
"""Kinds of detectors, as the configuration of a model names them."""


def _in_unit(box: Box) -> Box:
    if not all(0 <= value <= 1 for value in box):
        raise ValueError(f"a box counts from 0 to 1 of the image, got {box}")
    return box


class Detections(Record):
    """Where a phrase may be seen, best first."""

    phrase: str
    family: str
    """Which kind of detector found it: see `FAMILIES`."""
    boxes: Annotated[tuple[Annotated[Box, AfterValidator(_in_unit)], ...], Field(max_length=MOST_KEPT)]
    """``[x0, y0, x1, y1]``, 0 to 1 of the image's width and height."""
    scores: Annotated[tuple[Share, ...], Field(max_length=MOST_KEPT)]
    """Of each box."""
    text_scores: Annotated[tuple[Share, ...], Field(max_length=MOST_KEPT)]
    """What the best word of the phrase gives each box, where words are scored one by one; else as ``scores``."""

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if not len(self.boxes) == len(self.scores) == len(self.text_scores):
            raise ValueError(f"{len(self.boxes)} boxes, {len(self.scores)} scores, {len(self.text_scores)} text scores")
        if self.family not in FAMILIES:
            raise ValueError(f"unknown family of detectors: {self.family[:40]!r}")
        return self


def read_detections(body: bytes, phrase: str) -> Detections:
    """The detections in a body.

    Raises:
        UnusableAnswerError: it holds none, or those of another phrase.
    """
    try:
        found = Detections.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UnusableAnswerError(f"these are no boxes: {place or 'it'}: {first['msg']}") from None
    if found.phrase != phrase:
        raise UnusableAnswerError("the boxes are those of another phrase")
    return found
