"""A figure with its graph drawn over it, and the list of the graph's elements beside it.

Labels are boxed, regions tinted; a region and the label that names it have the same colour. Connectors run along their
path from a dot at the tail to the head that was read. What is doubtful is dashed; a ring marks an end of which nothing
is known. Short ids are those of the list.
"""

import io
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpusbuilder.errors import StorageError
from corpusbuilder.inspect.elements import listed, tags
from corpusbuilder.inspect.strokes import COLOURS, Canvas, Colour
from corpusbuilder.records.diagram import Connector, Diagram
from corpusbuilder.records.document import Figure
from corpusbuilder.records.geometry import Point

if TYPE_CHECKING:
    from PIL.Image import Image

_LEAST_SIDE: Final = 1100
"""Smaller figures are drawn larger, so that lines and ids have room; in pixels."""
_CROWDED: Final = 40
"""With more elements a figure is drawn larger still."""
_MOST_ENLARGED: Final = 3.0
_MOST_SIDE: Final = 3000
_PLAIN: Final[Colour] = (40, 90, 200)
"""Of labels that name no region."""
_LEADER: Final[Colour] = (0, 130, 70)
_ORNAMENT: Final[Colour] = (150, 150, 150)
_LINE: Final = 15
_TAG_WIDTH: Final = 36
_FOUND_WIDTH: Final = 110
_MARGIN: Final = 14


def overlay(figure: Figure, image: bytes) -> bytes:
    """The PNG of a figure with its graph over it.

    Args:
        figure: as `parse` wrote it.
        image: the bytes of its stored image.

    Raises:
        StorageError: ``image`` is none.
    """
    picture = _opened(figure, image)
    scale = _scale(max(picture.size), len(list(figure.diagram.elements())))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Canvas(picture.resize(size), scale)
    _draw(figure.diagram, canvas)
    sheet = _with_list(figure, canvas.picture)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _opened(figure: Figure, image: bytes) -> "Image":
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(image)).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        hint = "corpusbuilder parse --force makes it again"
        raise StorageError(f"the image of figure {figure.id} cannot be read: {error}", hint=hint) from None


def _scale(longest: int, elements: int) -> float:
    """How much larger a figure is drawn than it is: the more is in it, the larger."""
    if longest > _MOST_SIDE:
        return _MOST_SIDE / longest
    wanted = _LEAST_SIDE * math.sqrt(max(1.0, elements / _CROWDED))
    return min(max(1.0, wanted / longest), _MOST_ENLARGED, _MOST_SIDE / longest)


def _draw(diagram: Diagram, canvas: Canvas) -> None:
    """Regions first, then boxes, then lines, then the ids, so that nothing hides what is smaller."""
    short = tags(diagram)
    colours = _colours(diagram)
    canvas.fade()
    for region in sorted(diagram.regions, key=lambda r: -_size(r.box)):
        colour = _ORNAMENT if region.role == "ornament" else colours[region.id]
        canvas.area(region.polygon, region.box, colour, score=region.score, tinted=region.role != "ornament")
    for label in diagram.labels:
        colour = colours.get(label.id, _PLAIN)
        canvas.outline(label.extent, colour, score=label.score, wide=2 if label.outline else 1)
    for connector in diagram.connectors:
        canvas.connector(connector, colours[connector.id], known=frozenset(short))
        _lead_words(diagram, connector, canvas, colours[connector.id])
    for region in diagram.regions:
        if region.role != "ornament":
            canvas.tag(short[region.id], _inside(region.polygon, region.box), colours[region.id])
    for label in diagram.labels:
        canvas.tag(short[label.id], label.box[:2], colours.get(label.id, _PLAIN), above=True)
    for connector in diagram.connectors:
        if connector.points:
            canvas.tag(short[connector.id], _middle(connector.points), colours[connector.id])


def _colours(diagram: Diagram) -> dict[str, Colour]:
    """Neighbours in the list differ; a label has the colour of the first region that it names."""
    found: dict[str, Colour] = {}
    for place, region in enumerate(diagram.regions):
        found[region.id] = COLOURS[place % len(COLOURS)]
        if region.label_id:
            found.setdefault(region.label_id, found[region.id])
    for place, connector in enumerate(diagram.connectors):
        found[connector.id] = _LEADER if connector.kind == "leader" else COLOURS[(place * 3 + 1) % len(COLOURS)]
    return found


def _lead_words(diagram: Diagram, connector: Connector, canvas: Canvas, colour: Colour) -> None:
    """A dotted line from an arrow to the words along it."""
    words = diagram.element(connector.label_id) if connector.label_id else None
    if words is not None and not isinstance(words, Connector) and connector.points:
        x0, y0, x1, y1 = words.box
        canvas.dotted(((x0 + x1) / 2, (y0 + y1) / 2), _middle(connector.points), colour)


def _middle(path: tuple[Point, ...]) -> Point:
    """The point half way along a path."""
    left = sum(math.dist(a, b) for a, b in pairwise(path)) / 2
    for a, b in pairwise(path):
        length = math.dist(a, b)
        if 0 < left <= length:
            share = left / length
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
        left -= length
    return path[0]


def _inside(polygon: tuple[Point, ...], box: tuple[float, float, float, float]) -> Point:
    """A little inside the corner of a region that lies highest: seldom where a tag of a neighbour is."""
    x, y = min(polygon, key=lambda point: (point[1], point[0])) if polygon else (box[0], box[1])
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return x + 0.15 * (middle[0] - x), y + 0.15 * (middle[1] - y)


def _size(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _with_list(figure: Figure, picture: "Image") -> "Image":
    """The drawing with a header above it and the list beside it, in as many columns as are needed."""
    from PIL import Image, ImageDraw

    from corpusbuilder.inspect.strokes import font, writable

    lines = listed(figure.diagram)
    height = max(picture.height + 3 * _LINE, 20 * _LINE)
    rows = max(1, (height - 3 * _LINE) // _LINE)
    columns = -(-len(lines) // rows) if lines else 0
    texts = [writable(line.what) for line in lines]
    words = max((font(12).getlength(text) for text in texts), default=0)
    wide = round(_TAG_WIDTH + words + _MARGIN + _FOUND_WIDTH)
    sheet = Image.new("RGB", (picture.width + columns * wide + _MARGIN, height), "white")
    sheet.paste(picture, (0, 2 * _LINE))
    draw = ImageDraw.Draw(sheet)
    about = f"{figure.id}   page {figure.page_no}   {figure.kind}   {figure.caption or 'no caption'}"
    draw.text((_MARGIN, 8), writable(about)[: max(20, sheet.width // 8)], fill="black", font=font(13))
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        column, row = divmod(place, rows)
        x, y = picture.width + _MARGIN + column * wide, 2 * _LINE + row * _LINE
        ink = (190, 60, 0) if line.doubtful else (20, 20, 20)
        draw.text((x, y), line.tag, fill=ink, font=font(12))
        draw.text((x + _TAG_WIDTH, y), text, fill=ink, font=font(12))
        draw.text((x + wide - _FOUND_WIDTH, y), line.found, fill=(120, 120, 120), font=font(11))
    return sheet
