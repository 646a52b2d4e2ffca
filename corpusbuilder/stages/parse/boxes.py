"""Whether a path is a rectangle along the axes."""

from collections.abc import Sequence

from corpusbuilder.records.page import Rect, VectorPath


def is_box(path: VectorPath) -> bool:
    """Whether a path is a rectangle along the axes, corners possibly rounded."""
    if not path.segments:
        return False
    x0, y0, x1, y1 = path.box
    corner = 0.25 * min(x1 - x0, y1 - y0) + 0.5
    border = min(3.0, corner)  # a border may be drawn as a filled ring
    return all(
        _on_edge(point, path.box, corner if segment.kind == "c" else border)
        for segment in path.segments
        for point in (segment.points[0], segment.points[-1])
    ) and all(runs_along_axis(segment.points) for segment in path.segments if segment.kind == "l")


def _on_edge(point: tuple[float, float], box: Rect, slack: float) -> bool:
    x, y = point
    return min(abs(x - box[0]), abs(x - box[2])) <= slack or min(abs(y - box[1]), abs(y - box[3])) <= slack


def runs_along_axis(points: Sequence[tuple[float, float]]) -> bool:
    """Whether the first and the last point lie on a level or an upright line."""
    (ax, ay), (bx, by) = points[0], points[-1]
    return abs(ax - bx) <= 0.3 or abs(ay - by) <= 0.3
