"""What closed shapes are for: outlines of labels, point markers, frames."""

from collections.abc import Mapping, Sequence
from typing import Final

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.plane import box_gap, inside, off_ring, within
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import area, centre, iou, union
from corpusbuilder.records.page import Rect

ROOM_EM: Final = (6.0, 3.2)
"""A shape is the outline of its label when it leaves at most this many em of room in width and height."""
MARKER_EM: Final = 0.8
"""Largest dot that marks a point, in em; and how far from it its name stands."""


def holder_of(box: Rect, tracks: Sequence[Track], rings: Sequence[int], *, slack: float) -> int | None:
    """The smallest closed shape around a box, or None."""
    found = [k for k in rings if within(box, tracks[k].box, slack=slack) and inside(centre(box), tracks[k].points)]
    return min(found, key=lambda k: (tracks[k].area, k), default=None)


def find_outlines(
    texts: Sequence[Text], tracks: Sequence[Track], rings: Sequence[int], *, em: float
) -> dict[int, int]:
    """Text -> the closed shape drawn around it, snug and centred. A shape may hold two or three stacked texts."""
    held: dict[int, list[int]] = {}
    for t, text in enumerate(texts):
        holder = holder_of(text.box, tracks, rings, slack=0.15 * em)
        if holder is not None:
            held.setdefault(holder, []).append(t)
    return {
        t: holder
        for holder, members in sorted(held.items())
        if _is_snug(tracks[holder], [texts[t] for t in members], em=em)
        for t in members
    }


def _is_snug(track: Track, members: Sequence[Text], *, em: float) -> bool:
    if len(members) > 1 and not (len(members) <= 3 and is_even(track) and _is_column(members)):
        return False
    inner, outer = union(text.box for text in members), track.box
    size = max(text.size for text in members)
    width, height = outer[2] - outer[0], outer[3] - outer[1]
    room = width - (inner[2] - inner[0]), height - (inner[3] - inner[1])
    if room[0] > 2 * ROOM_EM[0] * size or room[1] > 2 * ROOM_EM[1] * size:
        return False
    off_x = abs(inner[0] + inner[2] - outer[0] - outer[2]) / 2
    off_y = abs(inner[1] + inner[3] - outer[1] - outer[3]) / 2
    if off_x > 0.3 * em + 0.12 * width or off_y > 0.3 * em + 0.2 * height:
        return False
    if room[0] <= ROOM_EM[0] * size and room[1] <= ROOM_EM[1] * size:
        return is_even(track) or area(inner) >= 0.25 * track.area
    return is_even(track) and off_x <= 0.06 * width + 0.1 * em and off_y <= 0.12 * height + 0.1 * em


def _is_column(members: Sequence[Text]) -> bool:
    """Whether texts stand one under the other, centred or flush."""
    boxes = sorted((text.box for text in members), key=lambda box: box[1])
    slack = 0.5 * min(text.size for text in members)
    edges = ([box[0] for box in boxes], [box[2] for box in boxes], [box[0] / 2 + box[2] / 2 for box in boxes])
    below = all(upper[3] <= lower[1] + slack for upper, lower in zip(boxes, boxes[1:], strict=False))
    close = all(lower[1] - upper[3] <= 2 * slack for upper, lower in zip(boxes, boxes[1:], strict=False))
    return below and close and any(max(edge) - min(edge) <= slack for edge in edges)


def is_even(track: Track) -> bool:
    """Whether a ring is mirrored at its centre, as boxes, ellipses, lozenges and hexagons are."""
    middle_x, middle_y = centre(track.box)
    slack = 0.06 * track.extent
    corners = track.points if len(track.points) <= 24 else track.points[:: max(1, len(track.points) // 24)]
    if len(corners) < 4:
        return False
    ring = track.points
    return all(off_ring((2 * middle_x - x, 2 * middle_y - y), ring) <= slack for x, y in corners)


def skins(outline: int, tracks: Sequence[Track], rings: Sequence[int]) -> list[int]:
    """The shapes that paint the same outline once more: a fill and a stroke, a shadow, a double line."""
    return [k for k in rings if iou(tracks[k].box, tracks[outline].box) >= 0.8]


def find_markers(
    texts: Sequence[Text], tracks: Sequence[Track], rings: Sequence[int], taken: Mapping[int, int], *, em: float
) -> dict[int, int]:
    """Text -> the dot whose name it is: one to one, nearest first; texts with an outline have none."""
    found = []
    for k in rings:
        if not is_dot(tracks[k], em=em):
            continue
        for t, text in enumerate(texts):
            gap = box_gap(text.box, tracks[k].box)
            if t not in taken and gap <= MARKER_EM * em and not within(tracks[k].box, text.box):
                found.append((round(gap, 4), t, k))
    named: dict[int, int] = {}
    for _, t, k in sorted(found):
        if t not in named and k not in named.values():
            named[t] = k
    return named


def is_dot(track: Track, *, em: float) -> bool:
    """Whether a shape is a small filled disc or square."""
    lean = track.thickness / track.extent if track.extent else 0.0
    return track.closed and track.fill is not None and track.extent <= MARKER_EM * em and lean > 0.8 and track.roundness > 0.9


def find_frames(tracks: Sequence[Track], rings: Sequence[int], texts: Sequence[Text], *, whole: Rect) -> set[int]:
    """Shapes behind or around everything: backgrounds, borders, the sea of a map."""
    frames = set()
    for k in rings:
        track = tracks[k]
        covers = area(track.box) >= 0.8 * area(whole)
        boxy = track.roundness > 1.15
        names = sum(within(text.box, track.box, slack=1.0) for text in texts)
        others = sum(within(tracks[j].box, track.box, slack=1.0) for j in rings)
        holds = len(texts) > 1 and names >= 0.75 * len(texts) and others >= 0.5 * len(rings)
        if boxy and (covers or (holds and area(track.box) >= 0.3 * area(whole))):
            frames.add(k)
    return frames
