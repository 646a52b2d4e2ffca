"""How lines of pixels end: in the wedge of an arrow head, the crossbar of a T, a dot, or bare."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from corpusbuilder.diagrams.plane import moved
from corpusbuilder.records.page import XY

if TYPE_CHECKING:
    from corpusbuilder.diagrams.raster.picture import Pixels

_BACK_EM, _AHEAD_EM, _ASIDE_EM = 1.7, 1.0, 1.0
"""How far from the end of a line its ink is looked at, in em."""
_TURNS: Final = (0.0, -0.08, 0.08, -0.17, 0.17)
"""Tangents of the angles by which the axis of a head may lie off that of its line."""


@dataclass(frozen=True, slots=True)
class Tip:
    """What a line ends in. Places in pixels."""

    style: Literal["arrow", "bar", "dot"]
    point: XY
    """The foremost place."""
    axis: XY
    """Unit vector out of the line."""
    length: float
    half: float
    """Half of its width."""


def read_tip(ink: "Pixels", end: XY, axis: XY, *, half: float, em: float) -> Tip | None:
    """What the ink around the end of a line makes of it.

    Args:
        ink: height x width, bool: of the line and what touches it.
        end: where the skeleton of the line ends, in pixels.
        axis: unit vector out of the line there.
        half: half of the line's width in pixels.
        em: font size in pixels.
    """
    spots = _spots(ink, end, axis, reach=_BACK_EM * em)
    if spots is None:
        return None
    best: tuple[float, Tip] | None = None
    for turn in _TURNS:
        way = _rotated(axis, turn)
        profile = _Profile.of(spots, end, way, em=em)
        tip = None if profile is None else profile.tip(end, way, half=half, em=em)
        if tip is not None and (best is None or tip.half * tip.length > best[0] * 1.02):
            best = tip.half * tip.length, tip
    return best[1] if best else None


def _rotated(axis: XY, tangent: float) -> XY:
    norm = (1 + tangent * tangent) ** 0.5
    return (axis[0] - tangent * axis[1]) / norm, (axis[1] + tangent * axis[0]) / norm


def _spots(ink: "Pixels", end: XY, axis: XY, *, reach: float) -> "Pixels | None":
    """The ink in a window that hangs together with the line just before its end: n x 2, (x, y) of middles.

    The end itself may lie in the outline of a shape that the line touches, which is not ink of the line.
    """
    import cv2
    import numpy as np

    height, width = ink.shape
    x0, y0 = max(int(end[0] - reach), 0), max(int(end[1] - reach), 0)
    window = ink[y0 : min(int(end[1] + reach) + 1, height), x0 : min(int(end[0] + reach) + 1, width)]
    if window.size == 0:
        return None
    _, blots = cv2.connectedComponents(window.astype(np.uint8), connectivity=8)
    for back in np.arange(0, 0.5 * reach, 1.0):
        row, column = int(end[1] - back * axis[1]) - y0, int(end[0] - back * axis[0]) - x0
        near = blots[max(row - 1, 0) : max(row + 2, 0), max(column - 1, 0) : max(column + 2, 0)]
        if (near > 0).any():
            own = int(np.bincount(near[near > 0]).argmax())
            break
    else:
        return None
    ys, xs = np.nonzero(blots == own)
    return np.stack([xs + x0 + 0.5, ys + y0 + 0.5], axis=1)


@dataclass(frozen=True, slots=True)
class _Profile:
    """Half widths along the axis, one per pixel."""

    start: float
    """Place of the first along the axis, from the end of the skeleton."""
    widths: "Pixels"

    @classmethod
    def of(cls, spots: "Pixels", end: XY, way: XY, *, em: float) -> "_Profile | None":
        import numpy as np

        off = spots - end
        along = off @ np.array(way)
        across = off @ np.array((-way[1], way[0]))
        kept = (along >= -_BACK_EM * em) & (along <= _AHEAD_EM * em) & (np.abs(across) <= _ASIDE_EM * em)
        if kept.sum() < 4:
            return None
        start = float(np.floor(along[kept].min()))
        place = (along[kept] - start).astype(int)
        left, right = np.full(place.max() + 2, -1.0), np.full(place.max() + 2, -1.0)
        np.maximum.at(left, place, across[kept])
        np.maximum.at(right, place, -across[kept])
        # What lies on one side only belongs to a neighbour.
        return cls(start, np.maximum(np.minimum(left, right) + 0.5, 0.0))

    def _ball(self, front: int) -> float | None:
        """Half the width of a disc or lozenge at the front, as wide as it is long; None for other ends."""
        import numpy as np

        widest = float(self.widths[max(front - 40, 0) : front + 1].max())
        low, place = 0.0, front
        while (place >= 0 and self.widths[place] > 0.55 * widest) or front - place < 0.5 * widest:
            place -= 1
            if place < 3:
                return None
        bulge, neck = self.widths[place + 1 : front + 1], self.widths[max(place - 6, 0) : place]
        low = float(np.median(neck)) if neck.size else 0.0
        peak = float(np.argmax(bulge)) + 0.5
        if widest < 1.7 * low + 1 or widest < 3 or not 1.4 * widest <= len(bulge) <= 2.5 * widest:
            return None
        centred = 0.3 * len(bulge) <= peak <= 0.7 * len(bulge)
        thirds = [float(part.mean()) for part in np.array_split(bulge, 3)]
        return widest if centred and thirds[1] > max(thirds[0], thirds[2]) and thirds[2] > 0.4 * thirds[1] else None

    def _front(self, filled: "Pixels") -> int:
        """The foremost place of the run of ink that holds the end of the skeleton, or comes before it."""
        import numpy as np

        at = int(np.clip(-self.start, filled[0], filled[-1]))
        at = int(filled[filled <= at][-1])
        while at + 1 < len(self.widths) and self.widths[at + 1] > 0:
            at += 1
        return at

    def tip(self, end: XY, way: XY, *, half: float, em: float) -> Tip | None:
        """The wedge or bar at the front of the profile, or None."""
        import numpy as np

        widths = self.widths
        filled = np.nonzero(widths > 0)[0]
        if filled.size < 3:
            return None
        front, back = self._front(filled), 0
        if (ball := self._ball(front)) is not None:
            return Tip("dot", moved(end, way, self.start + front + 0.5), way, 2 * ball, ball)
        widest = 0.0
        for place in range(front, -1, -1):
            if widths[place] > widest:
                widest, back = float(widths[place]), place
            elif widest > 2.2 and widths[place] < 0.7 * widest and place > 0 and widths[place - 1] < 0.75 * widest:
                break
        behind = widths[max(back - 6, 0) : max(back - 1, 0)]
        neck = float(np.median(behind)) if behind.size else half
        if widest < max(1.4 * neck, neck + 1.3, 2.2) or neck > 0.75 * widest:
            return None
        point = moved(end, way, self.start + front + 0.5)
        return self._bar(point, way, (back, front), neck) or self._wedge(point, way, (back, front), em=em)

    def _bar(self, point: XY, way: XY, ends: tuple[int, int], neck: float) -> Tip | None:
        """The crossbar of a T: wide at once, and no longer than a line is thick."""
        import numpy as np

        back, front = ends
        widths = self.widths[back : front + 1]
        widest, length = float(widths.max()), front - back + 1.0
        last = int(np.nonzero(widths >= 0.9 * widest)[0][-1])
        is_flat = length <= max(2.6 * neck + 1.5, 0.45 * widest) and last + 1 >= 0.5 * length
        is_free = length - 1 - last <= neck + 1.5 and widest >= 2 * neck + 1.5 and back > 0
        return Tip("bar", point, way, length, widest) if is_flat and is_free else None

    def _wedge(self, point: XY, way: XY, ends: tuple[int, int], *, em: float) -> Tip | None:
        """An arrow head: widest at its back, narrower and narrower towards its point."""
        import numpy as np

        back, front = ends
        widths = self.widths[back : front + 1]
        widest, length = float(widths.max()), front - back + 1.0
        if length < 3 or not 0.5 * widest <= length <= 5 * widest or length > 2.2 * em:
            return None
        thirds = [float(part.mean()) / widest for part in np.array_split(widths, 3)]
        tapers = thirds[0] > thirds[1] > thirds[2] and thirds[2] < 0.62 and thirds[0] - thirds[2] > 0.3
        return Tip("arrow", point, way, length, widest) if tapers else None


def head_corners(tip: Tip) -> tuple[XY, XY, XY]:
    """The triangle that stands for a head: its point and its two barbs."""
    base = moved(tip.point, tip.axis, -tip.length)
    side = (-tip.axis[1], tip.axis[0])
    return tip.point, moved(base, side, tip.half), moved(base, side, -tip.half)


def dot_corners(tip: Tip) -> list[XY]:
    """The ring that stands for a dot."""
    centre = moved(tip.point, tip.axis, -tip.half)
    turns = (2 * math.pi * k / 16 for k in range(16))
    return [(centre[0] + tip.half * math.cos(turn), centre[1] + tip.half * math.sin(turn)) for turn in turns]
