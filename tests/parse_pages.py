"""Small pages, built by hand, for the tests of parsing."""

from corpusbuilder.records.page import Line, PlacedImage, RawPage, Segment, VectorPath, Word
from corpusbuilder.stages.parse.model import TextBlock

PROSE = "The river carries mud down from the hills and lays it over the fields near the sea."


def text_line(text, x, y, *, size=10.0, font="Serif", **style):
    """A line whose top left corner is at (x, y); each character is half its size wide."""
    words, at = [], x
    for word in text.split():
        words.append(Word(word, (at, y, at + len(word) * size / 2, y + 1.2 * size), size, font, **style))
        at += (len(word) + 1) * size / 2
    return Line(tuple(words), (x, y, words[-1].box[2], y + 1.2 * size))


def paragraph(x, y, rows=4, *, text=PROSE, width=46, size=10.0, **style):
    return [text_line(text[:width], x, y + i * 1.3 * size, size=size, **style) for i in range(rows)]


def path(points, *, closed=False, order=0, **paint):
    ends = [*points[1:], points[0]] if closed else points[1:]
    starts = points if closed else points[:-1]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return VectorPath(
        tuple(Segment("l", (a, b)) for a, b in zip(starts, ends, strict=True)),
        (min(xs), min(ys), max(xs), max(ys)),
        closed,
        order=order,
        **({"stroke": "#000000", "width": 1.0} | paint),
    )


def box(x0, y0, x1, y1, **paint):
    return path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], closed=True, **paint)


def diagram(x, y):
    """Two boxes and a slanted line between them, 140 x 80 points."""
    return [
        box(x, y, x + 40, y + 25),
        box(x + 100, y + 55, x + 140, y + 80),
        path([(x + 40, y + 25), (x + 100, y + 55)]),
    ]


def raw_page(*, lines=(), paths=(), images=(), status="ok", page_no=1):
    numbered = tuple(
        VectorPath(p.segments, p.box, p.closed, p.stroke, p.fill, p.width, p.dashes, p.opacity, i)
        for i, p in enumerate(paths)
    )
    return RawPage(page_no, 500.0, 700.0, 0, status, tuple(lines), numbered, tuple(images))


def image(x0, y0, x1, y1, digest="d"):
    return PlacedImage((x0, y0, x1, y1), 100, 100, digest)


def block(*lines, **options):
    boxes = [line.box for line in lines]
    whole = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return TextBlock(1, whole, tuple(lines), **options)
