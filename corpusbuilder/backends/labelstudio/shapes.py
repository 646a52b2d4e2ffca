"""Boxes, polygons and characters as Label Studio writes them, and as the records do.

Label Studio gives shapes in percent of the image, a rectangle turned by ``rotation`` degrees clockwise round its top
left corner, and characters by offsets that it has counted differently from version to version.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.records.geometry import Box, Point, Polygon, area, box_polygon, rounded, union

OVERHANG: Final = 1.0
"""How far a shape may reach beyond the image, in percent of its side: a hand slips. It is cut off there."""
MAX_POINTS: Final = 2_000
"""Of one polygon; a person draws tens."""
MOST_PERCENT: Final = 1e6
"""Beyond it nothing can be computed with a number without losing it."""
SAME_PX: Final = 0.05
"""Shapes whose corners are this near one another are the same: far below what a hand can move, above rounding."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a person drew, in pixels of the figure's image."""

    polygon: Polygon
    """The corners of a box clockwise from its top left, or the points of a polygon as they were drawn."""
    is_box: bool
    """An upright rectangle."""

    @property
    def box(self) -> Box:
        """Around the polygon."""
        return union((x, y, x, y) for x, y in self.polygon)


def box_percent(box: Sequence[float], size: tuple[int, int]) -> dict[str, float]:
    """The value of an upright Rectangle.

    Args:
        box: in pixels of the image.
        size: width and height of the image in pixels.
    """
    x0, y0, x1, y1 = box
    across, down = 100 / size[0], 100 / size[1]
    return {"x": x0 * across, "y": y0 * down, "width": (x1 - x0) * across, "height": (y1 - y0) * down, "rotation": 0}


def polygon_percent(polygon: Sequence[Point], size: tuple[int, int]) -> dict[str, object]:
    """The value of a closed Polygon.

    Args:
        polygon: in pixels of the image.
        size: width and height of the image in pixels.
    """
    return {"points": [[x * 100 / size[0], y * 100 / size[1]] for x, y in polygon], "closed": True}


def read_rectangle(value: Mapping[str, object], size: tuple[int, int]) -> Shape:
    """The rectangle that the value of a Rectangle describes, wherever it lies; a turned one is a polygon.

    Raises:
        ValueError: it is no rectangle.
    """
    width, height = size
    x, y = _number(value, "x") * width / 100, _number(value, "y") * height / 100
    across, down = _number(value, "width") * width / 100, _number(value, "height") * height / 100
    degrees = _number(value, "rotation") if value.get("rotation") is not None else 0.0
    turned = math.radians((degrees + 180) % 360 - 180)
    if across < 0 or down < 0:
        raise ValueError("the box has a negative size")
    if abs(turned) < 1e-9:
        return Shape(box_polygon((x, y, x + across, y + down)), is_box=True)
    cos, sin = math.cos(turned), math.sin(turned)
    corners = ((0.0, 0.0), (across, 0.0), (across, down), (0.0, down))
    return Shape(tuple((x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners), is_box=False)


def read_polygon(value: Mapping[str, object], size: tuple[int, int]) -> Shape:
    """The polygon that the value of a Polygon describes, wherever it lies.

    Raises:
        ValueError: it is no list of points.
    """
    points = value.get("points")
    if not isinstance(points, list) or len(points) > MAX_POINTS:
        raise ValueError(f"a polygon is a list of at most {MAX_POINTS} points")
    corners: list[Point] = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise ValueError("a point of the polygon is not two numbers")
        x, y = (_finite(number, "a point of the polygon") for number in point)
        corners.append((x * size[0] / 100, y * size[1] / 100))
    return Shape(tuple(corners), is_box=False)


def _number(value: Mapping[str, object], key: str) -> float:
    return _finite(value.get(key), key)


def _finite(number: object, what: str) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= MOST_PERCENT:
        raise ValueError(f"{what} is not a number that can be used")
    return float(number)


def on_image(shape: Shape, size: tuple[int, int]) -> Shape:
    """A shape as it is stored: cut off at the edges of the image and rounded. It may cross itself, if drawn so.

    Raises:
        ValueError: it is empty, or reaches further beyond the image than a hand slips.
    """
    width, height = size
    slack_x, slack_y = width * OVERHANG / 100, height * OVERHANG / 100
    if len(shape.polygon) < 3:
        raise ValueError("it has less than three corners")
    if any(not (-slack_x <= x <= width + slack_x and -slack_y <= y <= height + slack_y) for x, y in shape.polygon):
        raise ValueError("it reaches beyond the image")
    kept: list[Point] = []
    for across, down in shape.polygon:
        x, y = rounded((min(max(across, 0.0), width), min(max(down, 0.0), height)))
        kept.append((x, y))
    placed = Shape(tuple(kept), shape.is_box)
    if area(placed.box) <= 0:
        raise ValueError("it is empty")
    return placed


def is_same_shape(shape: Shape, sent: Polygon) -> bool:
    """Whether a shape is the polygon that was sent, up to rounding. A box may begin at another corner."""
    if shape.is_box:
        box = union((x, y, x, y) for x, y in sent) if sent else ()
        corners = box_polygon(box) if box else ()
        return set(sent) == set(corners) and same_polygon(shape.polygon, corners)
    return same_polygon(shape.polygon, sent)


def same_polygon(one: Sequence[Point], other: Sequence[Point], *, within: float = SAME_PX) -> bool:
    """Whether two polygons have the same points in the same order, up to rounding."""
    return len(one) == len(other) and all(
        abs(a[0] - b[0]) <= within and abs(a[1] - b[1]) <= within for a, b in zip(one, other, strict=True)
    )


def read_offsets(text: str, start: int, end: int, said: str | None) -> tuple[int, int]:
    """The code points that a span means.

    Some versions of Label Studio count code points, others UTF-16 units; the two differ after an emoji. The text that
    comes with a span says which one it was.

    Args:
        text: the whole text, as it was sent.
        start: first character, as the server counts.
        end: one past the last one.
        said: the characters of the span, as the server gives them; None when it does not.

    Raises:
        ValueError: the offsets are not in the text, or what was said stands at neither place.
    """
    counts = [(start, end)] if 0 <= start < end <= len(text) else []
    if (units := _from_utf16(text, start, end)) and units not in counts:
        counts.append(units)
    if not counts:
        raise ValueError(f"characters {start} to {end} are not in a text of {len(text)}")
    if said is None:
        if len(counts) > 1:
            raise ValueError(f"characters {start} to {end} can mean two places, and their text is missing")
        return counts[0]
    for first, last in counts:
        if _same_text(text[first:last], said):
            return first, last
    raise ValueError(f"characters {start} to {end} are not the text that is said to stand there")


def to_utf16(text: str, offset: int) -> int:
    """How many UTF-16 units stand before code point ``offset``."""
    return offset + sum(1 for character in text[:offset] if ord(character) > 0xFFFF)


def _from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Code points for offsets in UTF-16 units; None when they are outside the text or cut a character."""
    found: dict[int, int] = {}
    units = 0
    for place, character in enumerate(text):
        if units in (start, end):
            found[units] = place
        if units > end:
            break
        units += 2 if ord(character) > 0xFFFF else 1
    if units == end:
        found.setdefault(units, len(text))
    return (found[start], found[end]) if start in found and end in found and start < end else None


def _same_text(stored: str, said: str) -> bool:
    """Whether two texts are the same but for white space: Label Studio 1.23 writes a line end as backslash and n."""
    return _without_blanks(stored) == _without_blanks(said)


def _without_blanks(text: str) -> str:
    return "".join(text.replace(r"\n", " ").split())
