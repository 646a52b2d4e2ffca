"""What closed shapes are for: outlines of labels, point markers, frames."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Final

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import box_gap, inside, off_ring, within
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import area, centre, iou, union
from corpusbuilder.records.page import Rect

ROOM_EM: Final = (6.0, 3.2)
"""A shape is the outline of its label when it leaves at most this many em of room in width and height."""
MOST_FRAMES: Final = 20
"""So many large shapes are looked at as frames."""
MARKER_EM: Final = 0.8
"""Largest dot that marks a point, in em; and how far from it its name stands."""


class Rings:
    """The closed shapes of a figure, found by place."""

    def __init__(self, tracks: Sequence[Track], rings: Sequence[int]) -> None:
        self.tracks, self.members = tracks, rings
        self._index = BoxIndex([tracks[k].box for k in rings])

    def near(self, box: Rect, reach: float = 0.0) -> list[int]:
        """Those whose boxes are at most ``reach`` away from ``box``."""
        return [self.members[k] for k in self._index.near(box, reach)]

    def holder_of(self, box: Rect, *, slack: float) -> int | None:
        """The smallest one around a box, or None."""
        near = self.near(box)
        around = [k for k in near if within(box, self.tracks[k].box, slack=slack) or spills(box, self.tracks[k])]
        around.sort(key=lambda k: (self.tracks[k].area, k))
        return next((k for k in around if inside(centre(box), self.tracks[k].points)), None)


def spills(box: Rect, track: Track) -> bool:
    """Whether words stand in the middle of a box that is too narrow for them: they stick out on both sides alike."""
    turned = (box[1], box[0], box[3], box[2]), (track.box[1], track.box[0], track.box[3], track.box[2])
    return _spills_level(box, track.box) or _spills_level(*turned)


def _spills_level(words: Rect, box: Rect) -> bool:
    em = words[3] - words[1]
    over = box[0] - words[0], words[2] - box[2]
    return (
        box[1] <= words[1] + 0.15 * em
        and words[3] <= box[3] + 0.15 * em
        and min(over) >= 0.0
        and max(over) <= min(2.0 * em, 0.25 * (box[2] - box[0]))
        and abs(over[0] - over[1]) <= 0.4 * em
        and box[3] - box[1] <= 4.5 * em
    )


def find_outlines(texts: Sequence[Text], rings: Rings, *, em: float) -> dict[int, int]:
    """Text -> the closed shape drawn around it, snug and centred. A shape may hold two or three stacked texts."""
    held: dict[int, list[int]] = {}
    for t, text in enumerate(texts):
        holder = rings.holder_of(text.box, slack=0.15 * em)
        if holder is not None:
            held.setdefault(holder, []).append(t)
    return {
        t: holder
        for holder, members in sorted(held.items())
        if _is_snug(rings.tracks[holder], [texts[t] for t in members], em=em)
        for t in members
    }


def find_bands(shapes: Collection[int], tracks: Sequence[Track], *, em: float) -> set[int]:
    """The ``shapes`` that stand on a line which runs on past them: the bands of a timeline, the bars of a chart."""
    lines = [track for track in tracks if not track.closed and len(track.corners) == 2 and track.extent > 3 * em]
    index = BoxIndex([track.box for track in lines])
    return {
        k
        for k in shapes
        if len(tracks[k].corners) == 4
        and any(_stands_on(tracks[k].box, lines[j].box, em=em) for j in index.near(tracks[k].box, 0.1 * em, most=40))
    }


def _stands_on(box: Rect, line: Rect, *, em: float) -> bool:
    """Whether a side of a box lies on a level or upright line that is longer than it."""
    slack = 0.1 * em
    for along, across in ((0, 1), (1, 0)):
        is_on = min(abs(line[across] - box[across]), abs(line[across] - box[across + 2])) <= slack
        covers = line[along] <= box[along] + slack and line[along + 2] >= box[along + 2] - slack
        longer = line[along + 2] - line[along] > box[along + 2] - box[along] + 2 * em
        if line[across + 2] - line[across] <= slack and is_on and covers and longer:
            return True
    return False


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
    below = all(upper[3] <= lower[1] + slack for upper, lower in pairwise(boxes))
    close = all(lower[1] - upper[3] <= 2 * slack for upper, lower in pairwise(boxes))
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


def skins(outline: int, rings: Rings) -> list[int]:
    """The shapes that paint the same outline once more: a fill and a stroke, a shadow, a double line."""
    box = rings.tracks[outline].box
    return [k for k in rings.near(box) if iou(rings.tracks[k].box, box) >= 0.8]


def find_markers(texts: Sequence[Text], rings: Rings, taken: Collection[int], *, em: float) -> dict[int, int]:
    """Text -> the dot whose name it is: one to one, nearest first; those ``taken`` have none."""
    found = []
    for t, text in enumerate(texts):
        if t in taken:
            continue
        holder = rings.holder_of(text.box, slack=0.0)
        for k in rings.near(text.box, MARKER_EM * em):
            box = rings.tracks[k].box
            if holder is not None and _is_on_edge(rings.tracks[k], rings.tracks[holder]):
                continue
            if is_dot(rings.tracks[k], em=em) and not within(box, text.box):
                found.append((round(box_gap(text.box, box), 4), t, k))
    named: dict[int, int] = {}
    used: set[int] = set()
    for _, t, k in sorted(found):
        if t not in named and k not in used:
            named[t] = k
            used.add(k)
    return named


def _is_on_edge(dot: Track, outer: Track) -> bool:
    """Whether a dot lies on the edge of a shape, as the knots of an axis do on the bands along it."""
    return off_ring(centre(dot.box), outer.points) <= dot.extent / 2


def find_holders(texts: Sequence[Text], outlines: Mapping[int, int], rings: Rings, skin: Collection[int]) -> set[int]:
    """The shapes in which labels lie that are not their outlines: groups, compartments, cells."""
    own = {*outlines.values(), *skin}
    names: set[int] = set()
    for t, text in enumerate(texts):
        box = rings.tracks[outlines[t]].box if t in outlines else text.box
        for k in rings.near(box):
            if k not in own and within(box, rings.tracks[k].box) and inside(centre(box), rings.tracks[k].points):
                names.add(k)
    return names


def is_dot(track: Track, *, em: float) -> bool:
    """Whether a shape is a small filled disc or square."""
    lean = track.thickness / track.extent if track.extent else 0.0
    return (
        track.closed
        and track.fill is not None
        and track.extent <= MARKER_EM * em
        and lean > 0.8
        and track.roundness > 0.9
    )


def find_frames(rings: Rings, texts: Sequence[Text], *, whole: Rect) -> set[int]:
    """Shapes behind or around everything: backgrounds, borders, the sea of a map."""
    tracks = rings.tracks
    large = [k for k in rings.members if area(tracks[k].box) >= 0.3 * area(whole) and tracks[k].roundness > 1.15]
    large.sort(key=lambda k: (-area(tracks[k].box), k))
    frames = {k for k in large if area(tracks[k].box) >= 0.8 * area(whole)}
    for k in large[:MOST_FRAMES]:
        box = tracks[k].box
        names = sum(within(text.box, box, slack=1.0) for text in texts)
        others = sum(within(tracks[j].box, box, slack=1.0) for j in rings.members)
        if len(texts) > 1 and names >= 0.75 * len(texts) and others >= 0.5 * len(rings.members):
            frames.add(k)
    return frames
