"""Lines, areas, heads and ids on a picture, in figure pixels times a scale."""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.inspect.elements import SURE
from corpusbuilder.records.diagram import Connector, HeadStyle
from corpusbuilder.records.geometry import Point, box_polygon

if TYPE_CHECKING:
    from PIL.Image import Image

Colour: TypeAlias = tuple[int, int, int]
COLOURS: Final[tuple[Colour, ...]] = (
    (214, 39, 40), (31, 119, 180), (148, 103, 189), (200, 110, 0), (0, 140, 140), (227, 60, 160), (110, 110, 0),
    (90, 60, 40), (60, 60, 200), (200, 0, 90),
)  # fmt: skip
_FADED: Final = 0.4
"""Share of white over the picture."""
_TINT: Final = 70
"""Opacity of a region, of 255."""
_DASH: Final = 9.0
_HEAD: Final = 13.0
_WIDTH: Final = 3
_FAR: Final = 1e6
"""Nothing is drawn beyond: it is not on the picture, and numbers without end break drawing libraries."""


class Canvas:
    """A picture that is drawn on; coordinates are those of the unscaled figure."""

    def __init__(self, picture: "Image", scale: float) -> None:
        from PIL import ImageDraw

        self.picture = picture
        self._scale = scale
        self._draw: Any = ImageDraw.Draw(picture, "RGBA")

    def fade(self) -> None:
        """Make the picture paler."""
        self._draw.rectangle((0, 0, *self.picture.size), fill=(255, 255, 255, round(255 * _FADED)))

    def area(
        self, polygon: Sequence[Point], box: Sequence[float], colour: Colour, *, score: float, tinted: bool
    ) -> None:
        """A region: its outline, and a tint."""
        points = self._at(polygon if len(polygon) >= 3 else box_polygon(box))
        if tinted and len(points) >= 3:
            self._draw.polygon(points, fill=(*colour, _TINT))
        self._stroke([*points, *points[:1]], colour, 1, dashed=score < SURE)

    def outline(self, polygon: Sequence[Point], colour: Colour, *, score: float, wide: int) -> None:
        """The frame of a label."""
        points = self._at(polygon)
        self._stroke([*points, *points[:1]], colour, wide, dashed=score < SURE)

    def connector(self, connector: Connector, colour: Colour, *, known: frozenset[str]) -> None:
        """A connector from its tail to its head, with a ring at an end that is joined to nothing."""
        points = self._at(connector.points)
        wide = 1 if connector.kind == "leader" else _WIDTH
        self._stroke(points, colour, wide, dashed=connector.score < SURE)
        if len(points) < 2:
            return
        if connector.directed:
            self._head(points[-2], points[-1], connector.head_style or "arrow", colour)
        if connector.double:
            self._head(points[1], points[0], connector.tail_style or "arrow", colour)
        elif connector.kind != "leader":
            self._disc(points[0], 4, fill=colour)
        for end, place in ((connector.tail_id, points[0]), (connector.head_id, points[-1])):
            if end not in known:
                self._disc(place, 9, outline=(230, 0, 0))

    def dotted(self, start: Point, end: Point, colour: Colour) -> None:
        """A thin dotted line."""
        self._stroke(self._at((start, end)), colour, 1, dashed=True)

    def tag(self, text: str, place: Sequence[float], colour: Colour, *, above: bool = False) -> None:
        """A short id on white at a place, kept on the picture."""
        points = self._at([(place[0], place[1])])
        if not points:
            return
        x, y = points[0]
        wide, high = 7.0 * len(text) + 4, 13.0
        x = min(max(x - (0 if above else wide / 2), 0), max(self.picture.width - wide, 0))
        y = min(max(y - high, 0) if above else max(y - high / 2, 0), max(self.picture.height - high, 0))
        self._draw.rectangle((x, y, x + wide, y + high), fill=(255, 255, 255, 215), outline=(*colour, 160))
        self._draw.text((x + 2, y), text, fill=colour, font=font(11))

    def _at(self, points: Sequence[Point]) -> list[Point]:
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        return [(x, y) for x, y in scaled if abs(x) < _FAR and abs(y) < _FAR]

    def _stroke(self, points: Sequence[Point], colour: Colour, wide: int, *, dashed: bool) -> None:
        if not dashed:
            if len(points) >= 2:
                self._draw.line(points, fill=colour, width=wide)
            return
        for start, end in _dashes(points, max(self.picture.size)):
            self._draw.line((start, end), fill=colour, width=wide)

    def _head(self, before: Point, tip: Point, style: HeadStyle, colour: Colour) -> None:
        length = math.dist(before, tip) or 1.0
        ux, uy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
        back, half = (tip[0] - _HEAD * ux, tip[1] - _HEAD * uy), _HEAD / 2
        across = (-uy * half, ux * half)
        if style == "bar":
            ends = [(tip[0] + s * 1.4 * across[0], tip[1] + s * 1.4 * across[1]) for s in (1, -1)]
            self._draw.line(ends, fill=colour, width=_WIDTH + 1)
        elif style in ("circle", "dot"):
            self._disc(tip, 6, fill=colour if style == "dot" else (255, 255, 255), outline=colour)
        else:
            sides = [(back[0] + s * across[0], back[1] + s * across[1]) for s in (1, -1)]
            far = [(back[0] - _HEAD * ux, back[1] - _HEAD * uy)] if style == "diamond" else []
            self._draw.polygon([tip, sides[0], *far, sides[1]], fill=colour)

    def _disc(self, centre: Point, radius: float, *, fill: Colour | None = None, outline: Colour | None = None) -> None:
        x, y = centre
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, outline=outline, width=2)


def _dashes(points: Sequence[Point], longest: float) -> Iterator[tuple[Point, Point]]:
    """Every other piece of a path; of sides that reach far out of the picture, the side itself."""
    for start, end in pairwise(points):
        length = math.dist(start, end)
        if length > 4 * longest:
            yield start, end
            continue
        pieces = max(1, round(length / _DASH))
        for piece in range(0, pieces, 2):
            a, b = piece / pieces, min(1.0, (piece + 1) / pieces)
            yield (
                (start[0] + a * (end[0] - start[0]), start[1] + a * (end[1] - start[1])),
                (start[0] + b * (end[0] - start[0]), start[1] + b * (end[1] - start[1])),
            )


@cache
def font(size: int) -> Any:  # noqa: ANN401 - Pillow gives one of two classes, by what it was built with
    """The font that comes with Pillow."""
    from PIL import ImageFont

    return ImageFont.load_default(size)


def writable(text: str) -> str:
    """``text`` on one line, without characters that print nothing."""
    return "".join(character if character.isprintable() else " " for character in text)
