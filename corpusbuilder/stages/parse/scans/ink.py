"""How the ink of a word looks in a picture: its height, stroke and colour, and whether it is lettering at all."""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.records.geometry import Affine
from corpusbuilder.records.page import Rect

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]

_FAINT: Final = 25
"""Levels by which the strongest pixels of a word differ from its ground, at least."""
_AROUND: Final = 1.0
"""Share of a word's height that is looked at on each side of it."""
_JUT: Final = 0.2
"""Share of a word's height by which letters go beyond the box that a recogniser gives them, at most."""
_SOLID: Final = 0.42
"""Thickest place of a mark as a share of its height, from which on it is no letter."""


@dataclass(frozen=True)
class Picture:
    """A picture and where it lies on its page."""

    rgb: "Pixels"
    """Height x width x 3, uint8."""
    to_page: Affine
    """From pixels to points of the page: a scale and a shift."""

    @classmethod
    def of(cls, png: bytes, to_page: Affine) -> "Picture":
        """The picture in a PNG of our own rendering."""
        import numpy as np
        from PIL import Image

        with Image.open(io.BytesIO(png)) as image:
            return cls(np.asarray(image.convert("RGB")), to_page)

    def pixels(self, box: Rect) -> Rect:
        """A box of the page in pixels."""
        sx, _, _, sy, x, y = self.to_page
        return (box[0] - x) / sx, (box[1] - y) / sy, (box[2] - x) / sx, (box[3] - y) / sy

    def points(self, box: Rect) -> Rect:
        """A box in pixels in points of the page."""
        sx, _, _, sy, x, y = self.to_page
        return box[0] * sx + x, box[1] * sy + y, box[2] * sx + x, box[3] * sy + y

    def ink(self, box: Rect) -> "Ink | None":
        """What stands out of its ground in a box of the page and around it; None where nothing does."""
        import numpy as np

        height, width = self.rgb.shape[:2]
        x0, y0, x1, y1 = (round(value) for value in self.pixels(box))
        reach = max(2, round(_AROUND * min(y1 - y0, x1 - x0)))
        left, top, right, bottom = (
            max(x0 - reach, 0),
            max(y0 - reach, 0),
            min(x1 + reach, width),
            min(y1 + reach, height),
        )
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return None
        inner = (x0 - left, y0 - top, x1 - left, y1 - top)
        rgb = self.rgb[top:bottom, left:right].astype(np.float32)
        inside = rgb[inner[1] : inner[3], inner[0] : inner[2]]
        ground = _usual_colour(inside)
        away = np.abs(rgb - ground).max(axis=-1)
        strongest = float(np.percentile(away[inner[1] : inner[3], inner[0] : inner[2]], 97))
        if strongest < _FAINT:
            return None
        return Ink(rgb, np.clip(away / strongest, 0.0, 1.0), inner, (left, top), ground)


def _usual_colour(rgb: "Pixels") -> "Pixels":
    """The colour of most pixels."""
    import numpy as np

    steps = (rgb // 16).astype(np.int32)
    codes = steps[..., 0] * 256 + steps[..., 1] * 16 + steps[..., 2]
    usual: Pixels = rgb[codes == np.bincount(codes.ravel()).argmax()].mean(axis=0)
    return usual


@dataclass(frozen=True)
class Ink:
    """The ink in a window around a word."""

    rgb: "Pixels"
    cover: "Pixels"
    """Height x width: 0 for the ground of the word, 1 for its ink."""
    inner: tuple[int, int, int, int]
    """The word's box in the window."""
    origin: tuple[int, int]
    """Upper left corner of the window in the picture."""
    ground: "Pixels"
    """Colour of the ground."""

    @property
    def _word(self) -> "Pixels":
        x0, y0, x1, y1 = self.inner
        return self.cover[y0:y1, x0:x1]

    @cached_property
    def stroke(self) -> float:
        """Width of the strokes in pixels, to a few hundredths: twice the ink over the length of its edges.

        Each edge adds one to the sum of the gradient for every pixel of its length, however soft it is.
        """
        import numpy as np

        word = self._word
        edges = float(np.hypot(np.diff(word, axis=0)[:, :-1], np.diff(word, axis=1)[:-1, :]).sum())
        return 2 * float(word.sum()) / edges if edges else 0.0

    @cached_property
    def colour(self) -> tuple[int, int, int]:
        """Of the ink where it is strongest."""
        x0, y0, x1, y1 = self.inner
        red, green, blue = self.rgb[y0:y1, x0:x1][self._word > 0.85].mean(axis=0)
        return round(float(red)), round(float(green)), round(float(blue))

    @cached_property
    def _parts(self) -> tuple["Pixels", "Pixels"]:
        """The connected pieces of ink: the number of the piece for each pixel, and their boxes and areas."""
        import cv2
        import numpy as np

        _, labels, stats, _ = cv2.connectedComponentsWithStats((self.cover > 0.5).astype(np.uint8), connectivity=8)
        return labels, stats

    def _goes_beyond(self, slack: float) -> "Pixels":
        """Which pieces reach out of the box by more than so many pixels."""
        _, stats = self._parts
        x0, y0, x1, y1 = self.inner
        beyond: Pixels = (
            (stats[:, 0] < x0 - slack)
            | (stats[:, 1] < y0 - slack)
            | (stats[:, 0] + stats[:, 2] > x1 + slack)
            | (stats[:, 1] + stats[:, 3] > y1 + slack)
        )
        return beyond

    @cached_property
    def _letters(self) -> "Pixels":
        """The boxes of the pieces that stand in the row of the word: left, top, right, bottom."""
        _, stats = self._parts
        _, y0, _, y1 = self.inner
        tops, bottoms = stats[:, 1], stats[:, 1] + stats[:, 3]
        slack, middle = 0.2 * (y1 - y0), (tops + bottoms) / 2
        fits = (tops >= y0 - slack) & (bottoms <= y1 + slack) & (middle > y0) & (middle < y1)
        fits &= stats[:, 2] <= 2 * (y1 - y0)
        fits[0] = False
        boxes: Pixels = stats[fits][:, :4].copy()
        boxes[:, 2:] += boxes[:, :2]
        return boxes

    @cached_property
    def height(self) -> float:
        """Pixels from the top of the highest letter to the foot of the lowest, lines through the box left out."""
        x0, _, x1, _ = self.inner
        letters = self._letters
        letters = letters[(letters[:, 2] > x0) & (letters[:, 0] < x1)]
        return float(letters[:, 3].max() - letters[:, 1].min()) if len(letters) else 0.0

    def spans(self) -> list[tuple[int, int]]:
        """Where letters begin and end that are in the word's box or at its rim, in pixels of the picture."""
        x0, _, x1, _ = self.inner
        return [
            (int(left) + self.origin[0], int(right) + self.origin[0])
            for left, _, right, _ in self._letters
            if right > x0 and left < x1
        ]

    @cached_property
    def juts_out(self) -> bool:
        """Whether most of the ink goes on far beyond the box: it is part of a line or of the edge of a shape."""
        import numpy as np

        labels, stats = self._parts
        x0, y0, x1, y1 = self.inner
        # The middle of the box: at its rim there may be the circle around a number.
        dx, dy = (x1 - x0) // 6, (y1 - y0) // 6
        inside = np.bincount(labels[y0 + dy : y1 - dy, x0 + dx : x1 - dx].ravel(), minlength=len(stats))
        beyond = self._goes_beyond(max(2.0, _JUT * min(x1 - x0, y1 - y0)))
        total = int(inside[1:].sum())
        return total > 0 and int(inside[1:][beyond[1:]].sum()) > 0.5 * total

    @cached_property
    def is_solid(self) -> bool:
        """Whether it is a filled shape rather than the strokes of a letter."""
        import cv2
        import numpy as np

        mask = np.pad((self._word > 0.5).astype(np.uint8), 1)
        rows = np.flatnonzero(mask.any(axis=1))
        if len(rows) < 4:
            return False
        thickest = 2 * float(cv2.distanceTransform(mask, cv2.DIST_L2, 5).max())
        return thickest > _SOLID * (int(rows[-1]) - int(rows[0]) + 1)

    def columns(self) -> "Pixels":
        """For each column of the word's box, whether there is ink in it."""
        import numpy as np

        found: Pixels = np.any(self._word > 0.4, axis=0)
        return found
