"""Small drawings as a PDF backend would report them."""

import math
from itertools import pairwise

from corpusbuilder.diagrams import read_diagram
from corpusbuilder.records.page import Line, Segment, VectorPath, Word

INK = "#202020"


def text(content, x, y, *, size=8.0, bold=False, turn=(1.0, 0.0), confidence=1.0):
    """A line of text whose top left corner is at (x, y); letters are half an em wide."""
    words, at = [], 0.0
    for word in content.split():
        long = 0.5 * size * len(word)
        if turn == (1.0, 0.0):
            box = (x + at, y, x + at + long, y + 1.2 * size)
        else:  # up the page
            box = (x, y - at - long, x + 1.2 * size, y - at)
        words.append(Word(word, box, size, bold=bold, confidence=confidence))
        at += long + 0.3 * size
    boxes = [word.box for word in words]
    hull = min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    return Line(tuple(words), hull, turn)


def _path(segments, **style):
    points = [p for segment in segments for p in segment.points]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return VectorPath(tuple(segments), (min(xs), min(ys), max(xs), max(ys)), **style)


def stroke(*points, ink=INK, width=1.0, dashes=()):
    """An open polyline."""
    segments = [Segment("l", (a, b)) for a, b in pairwise(points)]
    return _path(segments, closed=False, stroke=ink, width=width, dashes=dashes)


def curve(a, b, c, d, ink=INK):
    """An open Bézier curve."""
    return _path([Segment("c", (a, b, c, d))], closed=False, stroke=ink, width=1.0)


def shape(*points, ink=None, fill=INK):
    """A closed polygon."""
    segments = [Segment("l", (a, b)) for a, b in zip(points, [*points[1:], points[0]], strict=True)]
    return _path(segments, closed=True, stroke=ink, fill=fill, width=0.8)


def box(x0, y0, x1, y1, *, fill="#eef4ff", ink=INK):
    """A rectangle."""
    return shape((x0, y0), (x1, y0), (x1, y1), (x0, y1), ink=ink, fill=fill)


def disc(x, y, r, *, fill=INK, ink=None):
    """A circle made of four curves."""
    k = 0.5523 * r
    quarters = [
        ((x + r, y), (x + r, y + k), (x + k, y + r), (x, y + r)),
        ((x, y + r), (x - k, y + r), (x - r, y + k), (x - r, y)),
        ((x - r, y), (x - r, y - k), (x - k, y - r), (x, y - r)),
        ((x, y - r), (x + k, y - r), (x + r, y - k), (x + r, y)),
    ]
    return _path([Segment("c", q) for q in quarters], closed=True, stroke=ink, fill=fill, width=0.8)


def blob(x, y, r, *, fill="#ffd9b0"):
    """A rounded, uneven closed shape."""
    wobble = (1.0, 0.9, 1.1, 0.85, 1.05, 0.95, 1.15, 0.9)
    points = []
    for k in range(40):
        turn = 2 * math.pi * k / 40
        share = wobble[k // 5] * (5 - k % 5) / 5 + wobble[(k // 5 + 1) % 8] * (k % 5) / 5
        points.append((x + r * share * math.cos(turn), y + r * share * math.sin(turn)))
    return shape(*points, ink=INK, fill=fill)


def _along(tip, direction, back, side):
    length = math.hypot(*direction)
    ux, uy = direction[0] / length, direction[1] / length
    return tip[0] - back * ux - side * uy, tip[1] - back * uy + side * ux


def filled_head(tip, way):
    """A triangle."""
    return [shape(tip, _along(tip, way, 6, 2.5), _along(tip, way, 6, -2.5))]


def barbed_head(tip, way):
    """A triangle with a notch."""
    return [shape(tip, _along(tip, way, 6, 2.5), _along(tip, way, 4, 0), _along(tip, way, 6, -2.5))]


def hollow_head(tip, way):
    """A white triangle with a border."""
    return [shape(tip, _along(tip, way, 6, 2.5), _along(tip, way, 6, -2.5), ink=INK, fill="#ffffff")]


def open_head(tip, way):
    """One polyline."""
    return [stroke(_along(tip, way, 6, 2.5), tip, _along(tip, way, 6, -2.5))]


def two_stroke_head(tip, way):
    """Two strokes that meet."""
    return [stroke(_along(tip, way, 6, 2.5), tip), stroke(_along(tip, way, 6, -2.5), tip)]


def bent_head(tip, way):
    """A triangle with hollow cheeks, as some typesetters draw it."""
    left, right = _along(tip, way, 6, 2.5), _along(tip, way, 6, -2.5)
    one, other = _along(tip, way, 3, 0.6), _along(tip, way, 3, -0.6)
    cheeks = [
        Segment("c", (tip, one, one, left)),
        Segment("l", (left, right)),
        Segment("c", (right, other, other, tip)),
    ]
    return [_path(cheeks, closed=True, fill=INK)]


def bar_head(tip, way):
    """The bar of an inhibition."""
    return [stroke(_along(tip, way, 0, 4), _along(tip, way, 0, -4), width=1.5)]


HEADS = [filled_head, barbed_head, hollow_head, open_head, two_stroke_head, bent_head]


def arrow(a, b, head=filled_head):
    """A straight arrow."""
    return [stroke(a, b), *head(b, (b[0] - a[0], b[1] - a[1]))]


def block_arrow(a, b, *, thick=4.0):
    """A filled silhouette with a shaft and a head."""
    way = b[0] - a[0], b[1] - a[1]
    sides = [(8, thick / 2), (8, thick), (0, 0), (8, -thick), (8, -thick / 2)]
    far = math.dist(a, b)
    return [shape(*(_along(b, way, back, side) for back, side in [(far, thick / 2), *sides, (far, -thick / 2)]))]


def node(name, x, y):
    """A text in a box, around (x, y)."""
    half = 2.0 * len(name)
    return text(name, x - half, y - 4.8), box(x - half - 5, y - 8, x + half + 5, y + 8)


def read(lines=(), paths=(), *, pictures=(), scale=2.0, method="text_layer", size=(1200, 1200)):
    """The graph of a drawing."""
    return read_diagram(
        list(lines),
        list(paths),
        to_pixels=(scale, 0.0, 0.0, scale, 0.0, 0.0),
        size=size,
        figure_id="fig-1",
        method=method,
        pictures=pictures,
    )


def edges(diagram):
    """(kind, tail text, head text) of all connectors; regions by the text that names them."""
    names = {label.id: label.text for label in diagram.labels}
    for region in diagram.regions:
        names[region.id] = f"[{names.get(region.label_id)}]"
    for connector in diagram.connectors:
        names[connector.id] = "~"
    return sorted((c.kind, names[c.tail_id], names[c.head_id]) for c in diagram.connectors)
