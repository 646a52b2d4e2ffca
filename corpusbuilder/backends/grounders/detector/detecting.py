"""Has a loaded detector find phrases in images. Everything here runs in the one thread that owns the model."""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.backends.grounders.detector.answers import LEAST_KEPT, MOST_KEPT, Detections
from corpusbuilder.backends.grounders.detector.families import Family
from corpusbuilder.backends.grounders.detector.requests import phrase_of
from corpusbuilder.backends.models.base import ImagePart, ModelRequest
from corpusbuilder.backends.models.images import picture_of
from corpusbuilder.backends.models.local.portions import Outcome, Portions, UnfitError
from corpusbuilder.backends.models.local.pretrained import SMALLER_MODEL, Pretrained
from corpusbuilder.errors import RecordError
from corpusbuilder.records.call import CallAnswer, Usage
from corpusbuilder.records.geometry import Box

if TYPE_CHECKING:
    from PIL.Image import Image

_DECIMALS: Final = 6
"""Of boxes and scores: far below a pixel."""
_LESS_MEMORY: Final = f"set a smaller max_image_side, {SMALLER_MODEL.removeprefix('set ')}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """An image as the model sees it."""

    sha256: str
    width: int
    height: int
    pixels: Any
    """A dict of tensors."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A request that is ready to be answered."""

    place: int
    phrase: str
    image: _Seen


class Detecting:
    """Answers batches with one detector."""

    def __init__(
        self, opened: Pretrained, family: Family, *, read_image: Callable[[str], bytes], max_image_side: int
    ) -> None:
        self._opened = opened
        self._family = family
        self._read_image = read_image
        self._max_image_side = max_image_side
        self._last: _Seen | None = None
        """Phrases of one image come one after the other."""
        self._portions: Portions[_Row] = Portions(
            opened.served, opened.device, prepare=self._row, answer=self._answered, less_memory=_LESS_MEMORY
        )

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """Detections, or why there are none, for each request.

        Raises:
            BackendError: see `Portions.answers`.
        """
        return self._portions.answers(requests)

    def _row(self, place: int, request: ModelRequest) -> _Row:
        (part,) = request.images
        if self._last is None or self._last.sha256 != part.sha256:
            self._last = self._seen(part)
        return _Row(place, phrase_of(request), self._last)

    def _seen(self, part: ImagePart) -> _Seen:
        picture: Image = picture_of(part, self._read_image, max_side=self._max_image_side)
        try:
            pixels = self._opened.processor.image_processor(images=[picture], return_tensors="pt")
        except (ValueError, TypeError, ZeroDivisionError) as error:  # an image of one pixel's width may have none left
            raise RecordError("request_refused", f"the model's processor does not take the image: {error}") from None
        on_device = pixels.to(self._opened.device, dtype=self._opened.model.dtype)
        return _Seen(part.sha256, picture.width, picture.height, on_device)

    def _answered(self, rows: Sequence[_Row]) -> list[tuple[_Row, Outcome]]:
        groups: dict[Hashable, list[_Row]] = {}
        for row in rows:
            groups.setdefault(self._family.goes_with(row.image.sha256, row.image.pixels), []).append(row)
        return [answer for group in groups.values() for answer in self._passed(group)]

    def _passed(self, rows: Sequence[_Row]) -> list[tuple[_Row, Outcome]]:
        """What one pass finds."""
        import torch

        began = time.monotonic()
        try:
            with torch.inference_mode():
                every = self._family.found([row.image.pixels for row in rows], [row.phrase for row in rows])
        except (ValueError, IndexError) as error:
            raise UnfitError(str(error)) from None
        latency = time.monotonic() - began
        return [
            (row, self._answer(row, found, latency)) for row, found in zip(rows, zip(*every, strict=True), strict=True)
        ]

    def _answer(self, row: _Row, found: tuple[Any, Any, Any], latency_s: float) -> CallAnswer:
        detections = self._detections(row, *(each.tolist() for each in found))
        return CallAnswer(
            body=detections.model_dump_json().encode(),
            usage=Usage(prompt_tokens=0, completion_tokens=0),
            latency_s=latency_s,
            served_model=self._opened.served,
            time=datetime.now(UTC),
        )

    def _detections(
        self, row: _Row, boxes: Sequence[Sequence[float]], scores: Sequence[float], text_scores: Sequence[float]
    ) -> Detections:
        """What is worth keeping, best first."""
        frame = self._family.frame(row.image.width, row.image.height)
        scale = frame[0] / row.image.width, frame[1] / row.image.height
        # A score that is not a number is less than none.
        worth = [place for place, score in enumerate(scores) if score >= LEAST_KEPT]
        placed = [(place, box) for place in worth if (box := _within(boxes[place], scale))]
        placed.sort(key=lambda found: (-scores[found[0]], found[1]))
        kept = placed[:MOST_KEPT]
        return Detections(
            phrase=row.phrase,
            family=self._family.name,
            boxes=tuple(box for _, box in kept),
            scores=tuple(round(scores[place], _DECIMALS) for place, _ in kept),
            text_scores=tuple(round(text_scores[place], _DECIMALS) for place, _ in kept),
        )


def _within(box: Sequence[float], scale: tuple[float, float]) -> Box | None:
    """The part of a box that is on the image, in 0 to 1 of it; None when there is none.

    Args:
        box: centre and size in 0 to 1 of the frame.
        scale: how many images wide and high the frame is.
    """
    middle_x, middle_y, width, height = box
    edges = middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2
    on_image = (edges[0] * scale[0], edges[1] * scale[1], edges[2] * scale[0], edges[3] * scale[1])
    x0, y0, x1, y1 = (round(min(max(value, 0.0), 1.0), _DECIMALS) for value in on_image)
    # Not a number compares as false.
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
