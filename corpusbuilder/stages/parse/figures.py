"""Finds figures: images, drawings and mixtures of both, with their labels and without the text around them.

Marks and images are clustered; clusters are sorted into drawings, tables and mere dress of text; drawings that no
prose, heading or caption keeps apart are put together; labels are taken in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area, union
from corpusbuilder.records.page import Line, PlacedImage, RawPage, Rect, VectorPath
from corpusbuilder.stages.parse.clusters import touching
from corpusbuilder.stages.parse.grounds import find_grounds, home_of, is_band
from corpusbuilder.stages.parse.keys import with_key
from corpusbuilder.stages.parse.labelling import Labels, holds, in_margin, with_labels
from corpusbuilder.stages.parse.marks import THIN, Mark, drawing_marks, is_bullet, is_panel, is_straight, rules
from corpusbuilder.stages.parse.merging import Cluster, Kind, put_together
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.ornaments import without_ornaments
from corpusbuilder.stages.parse.parts import find_parts
from corpusbuilder.stages.parse.textgroups import Role, TextGroup, group_lines

_PARTS: Final = ("part", "bullet")
"""Kinds of clusters that are no figure alone."""


def repeated_images(pages: Iterable[RawPage]) -> frozenset[str]:
    """Digests of images that stand on many pages (logos, page backgrounds): on three or more, and a fifth of all."""
    counts: Counter[str] = Counter()
    total = 0
    for page in pages:
        total += 1
        counts.update({image.digest for image in page.images if image.digest})
    return frozenset(digest for digest, count in counts.items() if count >= max(3, 0.2 * total))


def find_figures(page: RawPage, *, body_size: float, repeated: frozenset[str] = frozenset()) -> list[FoundFigure]:
    """The figures and table grids of a page, top to bottom.

    Args:
        page: as read; coordinates in points.
        body_size: font size of the document's body text, in points.
        repeated: digests of images that are no figures wherever they stand; see `repeated_images`.
    """
    if page.status not in ("ok", "bad_encoding"):
        return []
    em = body_size if 4 <= body_size <= 40 else 10.0
    groups = group_lines(page.lines, body_size=em)
    grounds = find_grounds(page, groups, em=em)
    images = [i for i in page.images if _may_be_figure(i, page, repeated) and not is_band(i, page, groups)]
    marks = drawing_marks(page, groups, grounds)
    clusters = without_ornaments(_clusters(images, marks, _Text(page.lines, groups), em=em), groups, em=em)
    tables = [cluster for cluster in clusters if cluster.kind == "table"]
    labels = Labels.of(groups, width=page.width, height=page.height)
    parts = [c for c in clusters if c.kind == "drawing" or (c.kind in _PARTS and not in_margin(c.box, page.height))]
    merged = put_together([replace(c, home=home_of(c.box, grounds)) for c in parts], labels, em=em)
    found = _labelled(merged, [table.box for table in tables], labels, page, em=em)
    found = [figure for figure in found if _is_figure_sized(figure.box, em=em)]
    found += [replace(_figure(cluster, cluster.box, page), is_table=True) for cluster in tables]
    return sorted(_without_nested(found), key=lambda figure: (figure.box[1], figure.box[0], figure.box))


def _labelled(
    clusters: Sequence[Cluster], tables: Sequence[Rect], labels: Labels, page: RawPage, *, em: float
) -> list[FoundFigure]:
    """The figures that clusters make, with their labels and parts."""
    # What stands beside a photograph is its caption; labels of a drawing stand beside it.
    drawings = [cluster for cluster in clusters if cluster.marks]
    photos = [cluster for cluster in clusters if not cluster.marks]
    still = [*tables, *(photo.box for photo in photos)]
    grown = with_labels([drawing.box for drawing in drawings], still, labels, em=em)
    made = []
    for cluster, box in zip([*drawings, *photos], [*grown, *(photo.box for photo in photos)], strict=True):
        parts, letters = find_parts(cluster.pieces, labels.free, are_pictures=not cluster.marks, em=em)
        whole = union([box, *letters])
        free = not labels.parts(whole, (box,))
        held = whole if free else box
        made.append(replace(_figure(cluster, with_key(held, page.lines) if cluster.marks else held, page), parts=parts))
    return made


class _Text(NamedTuple):
    lines: Sequence[Line]
    groups: Sequence[TextGroup]


def _may_be_figure(image: PlacedImage, page: RawPage, repeated: frozenset[str]) -> bool:
    if image.digest in repeated:
        return False
    x0, y0, x1, y1 = image.box
    covers = (x1 - x0) * (y1 - y0) >= 0.85 * page.width * page.height
    # Behind much text a page-sized image is paper or a scan; alone on the page it is a plate.
    return not (covers and sum(len(word.text) for line in page.lines for word in line.words) >= 40)


def _clusters(images: Sequence[PlacedImage], marks: Sequence[Mark], text: _Text, *, em: float) -> list[Cluster]:
    """Components of marks, images and the labels between them, sorted into kinds."""
    labels = [group for group in text.groups if group.role is Role.LABEL]
    boxes = [mark.box for mark in marks] + [image.box for image in images] + [label.box for label in labels]
    reach = [0.35 * em] * len(marks) + [0.1 * em] * len(images) + [0.1 * label.size for label in labels]
    found = []
    for component in touching(boxes, reach):
        drawn = tuple(marks[i] for i in component if i < len(marks))
        placed = tuple(images[i - len(marks)] for i in component if len(marks) <= i < len(marks) + len(images))
        if drawn or placed:
            labelled = union([boxes[i] for i in component])
            found.append(_classify(drawn, placed, labelled, text, em=em))
    return found


def _classify(
    marks: Sequence[Mark], images: tuple[PlacedImage, ...], labelled: Rect, text: _Text, *, em: float
) -> Cluster:
    visible = tuple(mark for mark in marks if not mark.is_canvas)
    canvases = [mark.box for mark in marks if mark.is_canvas]
    canvas = union(canvases) if canvases else None
    if images:
        box = union([*(mark.box for mark in visible), *(image.box for image in images)])
        kind: Kind = "drawing" if min(box[2] - box[0], box[3] - box[1]) >= 2 * em else "part"
    elif visible:
        box = union([mark.box for mark in visible])
        kind = _dress(visible, box, text, em=em) or ("drawing" if _is_figure_sized(labelled, em=em) else "part")
    else:
        box, kind = union(canvases), "part"
    return Cluster(kind, box, visible, images, canvas)


def _dress(marks: Sequence[Mark], box: Rect, text: _Text, *, em: float) -> Kind | None:
    """What marks are that draw nothing of their own: a table, the dress of text, or a part too small to stand alone."""
    width, height = box[2] - box[0], box[3] - box[1]
    if all(is_straight(mark.path) for mark in marks):
        lines = [line for line in text.lines if contains_point(box, centre(line.box))]
        if width >= 8 * em and _is_grid(marks, box, lines):
            return "table"
        if any(holds(box, group) for group in text.groups if group.role is Role.PROSE):
            return "dress"
        if min(width, height) <= max(THIN, 0.3 * em):
            return "dress" if max(width, height) > 6 * em else "part"
    if all(is_bullet(mark, text.lines, em=em) for mark in marks):
        return "bullet"
    if is_panel(marks, box):
        return "dress" if width > 12 * em else "part"
    return None


def _is_figure_sized(box: Rect, *, em: float) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) >= 2 * em and max(width, height) >= 4 * em


def _is_grid(marks: Sequence[Mark], box: Rect, lines: Sequence[Line]) -> bool:
    """Whether rules that all run from side to side part rows of text."""
    wide = [rule for rule in rules(marks) if rule[2] - rule[0] >= 0.9 * (box[2] - box[0])]
    levels = _levels([rule[1] for rule in [*wide, *_tiled_rows(marks, box)]])
    if len(levels) < 3 or len(lines) < 4:
        return False
    bands = list(pairwise(levels))
    filled = sum(any(a <= centre(line.box)[1] <= b for line in lines) for a, b in bands)
    return filled >= 0.6 * len(bands)


def _tiled_rows(marks: Sequence[Mark], box: Rect) -> list[Rect]:
    """Horizontal edges of cells that together run from side to side."""
    rows: dict[int, list[Rect]] = {}
    for rule in rules(marks):
        rows.setdefault(round(rule[1]), []).append(rule)
    return [
        (box[0], edges[0][1], box[2], edges[0][1])
        for edges in rows.values()
        if len(edges) >= 2 and sum(edge[2] - edge[0] for edge in edges) >= 0.9 * (box[2] - box[0])
    ]


def _levels(values: Iterable[float]) -> list[float]:
    levels: list[float] = []
    for value in sorted(values):
        if not levels or value - levels[-1] > 4:
            levels.append(value)
    return levels


def _figure(cluster: Cluster, box: Rect, page: RawPage) -> FoundFigure:
    lines = tuple(line for line in page.lines if contains_point(box, centre(line.box)))
    paths = _paths_inside(page.paths, cluster, box)
    kinds = ("raster" if cluster.images else "", "vector" if cluster.marks else "")
    source = "mixed" if all(kinds) else "".join(kinds)
    return FoundFigure(
        page_no=page.page_no,
        box=(max(box[0], 0.0), max(box[1], 0.0), min(box[2], page.width), min(box[3], page.height)),
        source="mixed" if source == "mixed" else "raster" if source == "raster" else "vector",
        images=cluster.images,
        paths=paths,
        lines=lines,
    )


def _paths_inside(paths: Sequence[VectorPath], cluster: Cluster, box: Rect) -> tuple[VectorPath, ...]:
    """The cluster's paths and any others inside the figure, in painting order."""
    mine = {mark.path.order for mark in cluster.marks}
    return tuple(
        path for path in paths if path.order in mine or intersection_area(path.box, box) >= 0.99 * area(path.box) > 0
    )


def _without_nested(figures: Sequence[FoundFigure]) -> list[FoundFigure]:
    """Figures that lie inside another are parts of it."""
    kept: list[FoundFigure] = []
    for figure in sorted(figures, key=lambda f: (-area(f.box), f.box)):
        if not any(intersection_area(figure.box, other.box) > 0.8 * area(figure.box) for other in kept):
            kept.append(figure)
    return kept
