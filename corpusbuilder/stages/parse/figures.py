"""Finds figures: images, drawings and mixtures of both, with their labels and without the text around them.

Marks and images are clustered; clusters are sorted into drawings, tables and mere dress of text; drawings that no
prose, heading or caption keeps apart are put together; labels are taken in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from corpusbuilder.records.geometry import area, centre, contains_point, intersection_area, union
from corpusbuilder.records.page import Line, PlacedImage, RawPage, Rect, VectorPath
from corpusbuilder.stages.parse.clusters import touching
from corpusbuilder.stages.parse.grounds import find_grounds, home_of, is_band
from corpusbuilder.stages.parse.marks import THIN, Mark, drawing_marks, is_bullet, is_panel, is_straight, rules
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.textgroups import Role, TextGroup, group_lines

MAX_CLUSTERS: Final = 150
"""More clusters than this on one page are scattered ornament or noise: only the largest are put together."""


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
    clusters = _clusters(images, marks, _Text(page.lines, groups), em=em)
    tables = [cluster for cluster in clusters if cluster.kind == "table"]
    drawn = [
        replace(cluster, home=home_of(cluster.box, grounds))
        for cluster in clusters
        if cluster.kind not in ("table", "dress")
    ]
    merged = _merge(drawn, groups, em=em)
    shares = _share_labels([cluster.box for cluster in merged], groups)
    found = [_figure(cluster, share, page, em=em) for cluster, share in zip(merged, shares, strict=True)]
    found = [figure for figure in found if _is_figure_sized(figure.box, em=em)]
    found += [replace(_figure(cluster, [], page, em=em), is_table=True) for cluster in tables]
    return sorted(_without_nested(found), key=lambda figure: (figure.box[1], figure.box[0], figure.box))


_Kind: TypeAlias = Literal["drawing", "part", "bullet", "table", "dress"]
"""drawing: a figure or the core of one; part: is none alone, two of them may be; bullet: a bullet or the swatch of a
legend, joins a drawing; dress: rules and panels of text."""


class _Text(NamedTuple):
    lines: Sequence[Line]
    groups: Sequence[TextGroup]


@dataclass(frozen=True, slots=True)
class _Cluster:
    kind: _Kind
    box: Rect
    marks: tuple[Mark, ...] = ()
    images: tuple[PlacedImage, ...] = ()
    canvas: Rect | None = None
    home: int | None = None
    """The ground on which it stands; None on the bare page."""


def _may_be_figure(image: PlacedImage, page: RawPage, repeated: frozenset[str]) -> bool:
    if image.digest in repeated:
        return False
    x0, y0, x1, y1 = image.box
    covers = (x1 - x0) * (y1 - y0) >= 0.85 * page.width * page.height
    # Behind much text a page-sized image is paper or a scan; alone on the page it is a plate.
    return not (covers and sum(len(word.text) for line in page.lines for word in line.words) >= 40)


def _clusters(images: Sequence[PlacedImage], marks: Sequence[Mark], text: _Text, *, em: float) -> list[_Cluster]:
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
) -> _Cluster:
    visible = tuple(mark for mark in marks if not mark.is_canvas)
    canvases = [mark.box for mark in marks if mark.is_canvas]
    canvas = union(canvases) if canvases else None
    if images:
        box = union([*(mark.box for mark in visible), *(image.box for image in images)])
        kind: _Kind = "drawing" if min(box[2] - box[0], box[3] - box[1]) >= 2 * em else "part"
    elif visible:
        box = union([mark.box for mark in visible])
        kind = _dress(visible, box, text, em=em) or ("drawing" if _is_figure_sized(labelled, em=em) else "part")
    else:
        box, kind = union(canvases), "part"
    return _Cluster(kind, box, visible, images, canvas)


def _dress(marks: Sequence[Mark], box: Rect, text: _Text, *, em: float) -> _Kind | None:
    """What marks are that draw nothing of their own: a table, the dress of text, or a part too small to stand alone."""
    width, height = box[2] - box[0], box[3] - box[1]
    if all(is_straight(mark.path) for mark in marks):
        lines = [line for line in text.lines if contains_point(box, centre(line.box))]
        if width >= 8 * em and _is_grid(marks, box, lines):
            return "table"
        if any(_holds(box, group) for group in text.groups if group.role is Role.PROSE):
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


def _holds(box: Rect, group: TextGroup) -> bool:
    return intersection_area(box, group.box) > 0.6 * area(group.box)


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


def _merge(clusters: Sequence[_Cluster], groups: Sequence[TextGroup], *, em: float) -> list[_Cluster]:
    """Puts together what no text keeps apart, nearest first, until nothing more fits."""
    barriers = [group for group in groups if group.role is not Role.LABEL]
    largest = sorted(clusters, key=lambda c: (-area(c.box), c.box))[:MAX_CLUSTERS]
    alive = dict(enumerate(sorted(largest, key=lambda c: c.box)))
    pairs = {
        (_gap(a.box, b.box), i, j)
        for i, a in alive.items()
        for j, b in alive.items()
        if i < j and _belong_together(a, b, barriers, em=em)
    }
    while pairs:
        _, i, j = min(pairs)
        alive[i] = merged = _joined(alive[i], alive.pop(j))
        pairs = {pair for pair in pairs if not {i, j} & {pair[1], pair[2]}}
        pairs |= {
            (_gap(merged.box, other.box), min(i, k), max(i, k))
            for k, other in alive.items()
            if k != i and _belong_together(merged, other, barriers, em=em)
        }
    return [cluster for cluster in alive.values() if cluster.kind == "drawing" and _draws(cluster)]


def _draws(cluster: _Cluster) -> bool:
    """Whether there is more than parallel rules: an image, a shape, or lines in two directions."""
    if cluster.images or any(not is_straight(mark.path) for mark in cluster.marks):
        return True
    return len({mark.box[2] - mark.box[0] >= mark.box[3] - mark.box[1] for mark in cluster.marks}) == 2


def _joined(a: _Cluster, b: _Cluster) -> _Cluster:
    both_parts = a.kind == b.kind == "part" and a.marks and b.marks
    kind: _Kind = "drawing" if both_parts or "drawing" in (a.kind, b.kind) else min(a.kind, b.kind)
    canvases = [canvas for canvas in (a.canvas, b.canvas) if canvas]
    return _Cluster(
        kind,
        union([a.box, b.box]),
        a.marks + b.marks,
        a.images + b.images,
        union(canvases) if canvases else None,
        a.home,
    )


def _belong_together(a: _Cluster, b: _Cluster, barriers: Sequence[TextGroup], *, em: float) -> bool:
    if a.home != b.home:
        return False
    gap = _gap(a.box, b.box)
    if gap > 0 and gap > _tolerance(a, b, em=em):
        return False
    whole = union([a.box, b.box])
    for group in barriers:
        inside = intersection_area(group.box, whole) > 0.2 * area(group.box)
        if inside and not any(_holds(part.box, group) for part in (a, b)):
            return False
    return gap <= 0 or not _captioned_apart(a, b, barriers, em=em)


def _tolerance(a: _Cluster, b: _Cluster, *, em: float) -> float:
    """How far apart two clusters of one figure may stand, in points."""
    if a.images and b.images:
        return 1.2 * em
    if any(min(part.box[2] - part.box[0], part.box[3] - part.box[1]) < 8 * em for part in (a, b)):
        return 6.0 * em
    shared = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    is_row = shared >= 0.8 * max(part.box[3] - part.box[1] for part in (a, b))
    return 5.0 * em if is_row else 2.0 * em


def _captioned_apart(a: _Cluster, b: _Cluster, barriers: Sequence[TextGroup], *, em: float) -> bool:
    """Whether the two have a caption each."""
    mine, yours = (_caption_below(part.box, barriers, em=em) for part in (a, b))
    return mine is not None and yours is not None and mine is not yours


def _caption_below(box: Rect, barriers: Sequence[TextGroup], *, em: float) -> TextGroup | None:
    below = [
        group
        for group in barriers
        if group.role is Role.CAPTION
        and -0.5 * em <= group.box[1] - box[3] <= 4 * em
        and min(group.box[2], box[2]) - max(group.box[0], box[0])
        > 0.5 * min(group.box[2] - group.box[0], box[2] - box[0])
    ]
    return min(below, key=lambda group: (group.box[1], group.box[0]), default=None)


def _gap(a: Rect, b: Rect) -> float:
    """Distance between two boxes along the axis where they are farther apart; 0 when they touch."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)


def _figure(cluster: _Cluster, groups: Sequence[TextGroup], page: RawPage, *, em: float) -> FoundFigure:
    # What stands beside a photograph is its caption; labels of a drawing stand beside it.
    box = _with_labels(cluster.box, groups, em=em) if cluster.marks else cluster.box
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


def _paths_inside(paths: Sequence[VectorPath], cluster: _Cluster, box: Rect) -> tuple[VectorPath, ...]:
    """The cluster's paths and any others inside the figure, in painting order."""
    mine = {mark.path.order for mark in cluster.marks}
    return tuple(
        path for path in paths if path.order in mine or intersection_area(path.box, box) >= 0.99 * area(path.box) > 0
    )


def _share_labels(boxes: Sequence[Rect], groups: Sequence[TextGroup]) -> list[list[TextGroup]]:
    """The groups of text for each drawing: labels go to the nearest one, all else is in everybody's way."""
    shares: list[list[TextGroup]] = [[] for _ in boxes]
    for group in groups:
        if group.role is Role.LABEL and boxes:
            nearest = min(range(len(boxes)), key=lambda i: (_gap(boxes[i], group.box), i))
            shares[nearest].append(group)
        else:
            for share in shares:
                share.append(group)
    return shares


def _with_labels(box: Rect, groups: Sequence[TextGroup], *, em: float) -> Rect:
    """``box`` grown by the labels that touch it or stand beside it; farther ones must be in the figure's own font."""
    left = [group for group in groups if group.role is Role.LABEL]
    foreign = {_font(group) for group in groups if group.role is not Role.LABEL}
    own = {_font(label) for label in left if _holds(box, label) or _gap(box, label.box) <= 0.6 * label.size} - foreign
    while True:
        near = (g for g in left if _gap(box, g.box) <= _label_reach(box, g, is_own=_font(g) in own, em=em))
        label = next((g for g in near if not _swallows(union([box, g.box]), box, groups)), None)
        if label is None:
            return box
        box = union([box, label.box])
        left = [group for group in left if group is not label]


def _label_reach(box: Rect, label: TextGroup, *, is_own: bool, em: float) -> float:
    """How far from the drawing a label may stand, in points. Level with it, figures have wide margins."""
    size = min(label.size, em)
    if not is_own:
        return 0.5 * size
    return (6.0 if box[1] <= centre(label.box)[1] <= box[3] else 3.0) * size


def _font(group: TextGroup) -> str:
    return group.lines[0].words[0].font


def _swallows(whole: Rect, part: Rect, groups: Sequence[TextGroup]) -> bool:
    """Whether growing ``part`` to ``whole`` takes in prose, a caption or a heading."""
    return any(
        intersection_area(group.box, whole) > intersection_area(group.box, part) + 0.1 * area(group.box)
        for group in groups
        if group.role is not Role.LABEL
    )


def _without_nested(figures: Sequence[FoundFigure]) -> list[FoundFigure]:
    """Figures that lie inside another are parts of it."""
    kept: list[FoundFigure] = []
    for figure in sorted(figures, key=lambda f: (-area(f.box), f.box)):
        if not any(intersection_area(figure.box, other.box) > 0.8 * area(figure.box) for other in kept):
            kept.append(figure)
    return kept
