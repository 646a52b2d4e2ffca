"""Vectors, polylines and rings in the plane. Points are ``(x, y)`` in points of the page, y downwards."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from corpusbuilder.records.page import XY, Rect


def minus(a: XY, b: XY) -> XY:
    """The vector from ``b`` to ``a``."""
    return a[0] - b[0], a[1] - b[1]


def moved(a: XY, direction: XY, by: float) -> XY:
    """``a``, ``by`` along ``direction``."""
    return a[0] + by * direction[0], a[1] + by * direction[1]


def dot(a: XY, b: XY) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1]


def cross(a: XY, b: XY) -> float:
    """Third component of the vector product."""
    return a[0] * b[1] - a[1] * b[0]


def middle(a: XY, b: XY) -> XY:
    """The point half way."""
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def unit(a: XY) -> XY:
    """``a`` with length 1; the null vector stays."""
    length = math.hypot(*a)
    return (a[0] / length, a[1] / length) if length > 0 else (0.0, 0.0)


def length_of(points: Sequence[XY]) -> float:
    """Length of a polyline."""
    return sum(math.dist(a, b) for a, b in pairwise(points))


def bounds(points: Sequence[XY]) -> Rect:
    """The box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def ring_area(points: Sequence[XY]) -> float:
    """Signed area of a closed ring."""
    return sum([a[0] * b[1] - a[1] * b[0] for a, b in zip(points, [*points[1:], points[0]], strict=True)]) / 2


def end_direction(points: Sequence[XY], reach: float) -> XY:
    """Unit vector in which a polyline leaves its last point, measured over ``reach``."""
    last = points[-1]
    before = next((p for p in reversed(points[:-1]) if math.dist(p, last) >= reach), points[0])
    return unit(minus(last, before))


def off_segment(p: XY, a: XY, b: XY) -> float:
    """Distance of ``p`` from the segment between ``a`` and ``b``."""
    (ax, ay), (bx, by) = a, b
    along_x, along_y = bx - ax, by - ay
    full = along_x * along_x + along_y * along_y
    if full == 0:  # also where points are so close that their distance has no square
        return math.dist(p, a)
    share = ((p[0] - ax) * along_x + (p[1] - ay) * along_y) / full
    if share <= 0.0:  # min and max take longer than all the rest, and figures ask a hundred thousand times
        share = 0.0
    elif share > 1.0:
        share = 1.0
    return math.dist(p, (ax + share * along_x, ay + share * along_y))


def off_polyline(p: XY, points: Sequence[XY]) -> float:
    """Distance of ``p`` from a polyline of two points or more."""
    return _off_nearest(p, points[0], points[1:])


def _off_nearest(p: XY, before: XY, points: Iterable[XY]) -> float:
    """Distance of ``p`` from the line through ``before`` and ``points``: squares tell which segment is to be measured.

    Figures ask for hundreds of thousands of segments, and a call for each takes thrice the time.
    """
    (x, y), nearest, start, end = p, math.inf, before, before
    ax, ay = before
    for point in points:
        bx, by = point
        off_x, off_y, along_x, along_y = x - ax, y - ay, bx - ax, by - ay
        share = off_x * along_x + off_y * along_y
        if share > 0.0:
            full = along_x * along_x + along_y * along_y
            if share >= full:
                off_x, off_y = x - bx, y - by
                off = off_x * off_x + off_y * off_y
            else:
                off = (off_x * along_y - off_y * along_x) ** 2 / full
        else:
            off = off_x * off_x + off_y * off_y
        if off < nearest:
            nearest, start, end = off, before, point
        before, ax, ay = point, bx, by
    return off_segment(p, start, end)


def box_gap(a: Rect, b: Rect) -> float:
    """Distance between two boxes; 0 when they touch."""
    return math.hypot(max(a[0] - b[2], b[0] - a[2], 0.0), max(a[1] - b[3], b[1] - a[3], 0.0))


def resampled(points: Sequence[XY], count: int) -> list[XY]:
    """``count`` points at equal steps along a polyline."""
    total = length_of(points)
    if total == 0:
        return [points[0]] * count
    out, walked, k = [points[0]], 0.0, 0
    for step in range(1, count - 1):
        want = total * step / (count - 1)
        while walked + math.dist(points[k], points[k + 1]) < want and k < len(points) - 2:
            walked += math.dist(points[k], points[k + 1])
            k += 1
        piece = math.dist(points[k], points[k + 1])
        share = (want - walked) / piece if piece else 0.0
        a, b = points[k], points[k + 1]
        out.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    return [*out, points[-1]]


def inside(p: XY, ring: Sequence[XY]) -> bool:
    """Whether ``p`` lies in the ring (even-odd rule)."""
    x, y = p
    odd = False
    before_x, before_y = ring[-1]
    for here_x, here_y in ring:
        if (here_y > y) != (before_y > y) and x < (before_x - here_x) * (y - here_y) / (before_y - here_y) + here_x:
            odd = not odd
        before_x, before_y = here_x, here_y
    return odd


def off_ring(p: XY, ring: Sequence[XY]) -> float:
    """Distance of ``p`` from the outline of a ring."""
    return _off_nearest(p, ring[-1], ring)


def segments_apart(a: XY, b: XY, c: XY, d: XY) -> float:
    """Distance between the segments ``a b`` and ``c d``; 0 when they cross."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = a, b, c, d
    x, y = bx - ax, by - ay
    if (x * (cy - ay) - y * (cx - ax)) * (x * (dy - ay) - y * (dx - ax)) < 0:
        x, y = dx - cx, dy - cy
        if (x * (ay - cy) - y * (ax - cx)) * (x * (by - cy) - y * (bx - cx)) < 0:
            return 0.0
    return min(off_segment(a, c, d), off_segment(b, c, d), off_segment(c, a, b), off_segment(d, a, b))


def ray_miss(start: XY, direction: XY, reach: float, ring: Sequence[XY]) -> float:
    """By how much a ray of length ``reach`` misses a ring; 0 when it hits or starts inside."""
    end = moved(start, direction, reach)
    if inside(start, ring):
        return 0.0
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    miss, c = math.inf, ring[-1]
    for d in ring:
        (cx, cy), (dx, dy) = c, d
        is_far = (
            (cx > right + miss and dx > right + miss)
            or (cx < left - miss and dx < left - miss)
            or (cy > bottom + miss and dy > bottom + miss)
            or (cy < top - miss and dy < top - miss)
        )
        if not is_far and (apart := segments_apart(start, end, c, d)) < miss:
            miss = apart
            if miss == 0.0:
                break
        c = d
    return miss


def grown(box: Rect, by: float) -> Rect:
    """``box``, larger by ``by`` on every side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def within(inner: Rect, outer: Rect, *, slack: float = 0.0) -> bool:
    """Whether ``inner`` lies in ``outer`` grown by ``slack``."""
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def nearest_on(p: XY, points: Sequence[XY]) -> XY:
    """The point of a polyline that is nearest to ``p``."""
    return min((_foot(p, a, b) for a, b in pairwise(points)), key=lambda foot: (math.dist(p, foot), foot))


def _foot(p: XY, a: XY, b: XY) -> XY:
    along = minus(b, a)
    full = dot(along, along)
    share = min(max(dot(minus(p, a), along) / full, 0.0), 1.0) if full else 0.0
    return a[0] + share * along[0], a[1] + share * along[1]


def crossings(one: Sequence[XY], other: Sequence[XY]) -> list[XY]:
    """The points in which two polylines cross."""
    out = []
    for a, b in pairwise(one):
        for c, d in pairwise(other):
            along, across = minus(b, a), minus(d, c)
            turn = cross(along, across)
            if turn == 0:
                continue
            s, t = cross(minus(c, a), across) / turn, cross(minus(c, a), along) / turn
            if 0 < s < 1 and 0 < t < 1:
                out.append((a[0] + s * along[0], a[1] + s * along[1]))
    return out


def simplified(ring: Sequence[XY], off: float) -> list[XY]:
    """The corners of a ring from which its outline is nowhere further than ``off`` (Ramer 1972, Douglas, Peucker 1973).

    It starts with the two points that are furthest apart, as seen from the middle of the ring.
    """
    x, y = sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    first = max(range(len(ring)), key=lambda k: (round(math.dist(ring[k], (x, y)), 6), ring[k]))
    turned = [*ring[first:], *ring[:first]]
    far = max(range(len(turned)), key=lambda k: (round(math.dist(turned[k], turned[0]), 6), turned[k]))
    if far == 0:
        return [turned[0]]
    return [*_thinned(turned[: far + 1], off)[:-1], *_thinned([*turned[far:], turned[0]], off)[:-1]]


def _thinned(points: Sequence[XY], off: float) -> list[XY]:
    kept, todo = {0, len(points) - 1}, [(0, len(points) - 1)]
    while todo:
        start, end = todo.pop()
        aside = [(off_segment(points[k], points[start], points[end]), k) for k in range(start + 1, end)]
        if aside and max(aside)[0] > off:
            k = max(aside)[1]
            kept.add(k)
            todo += [(start, k), (k, end)]
    return [points[k] for k in sorted(kept)]
