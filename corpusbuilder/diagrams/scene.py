"""What the marks of one figure are, before lines are followed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from corpusbuilder.diagrams.dashes import DashedLine, filled_dashes
from corpusbuilder.diagrams.heads import BlockArrow, Head, find_block_arrows, find_heads
from corpusbuilder.diagrams.knobs import Grounds, find_knobs
from corpusbuilder.diagrams.labels import Text, em_of, glyph_arrows, is_arrow_glyph, make_texts, span
from corpusbuilder.diagrams.legend import Patches, find_entries, find_line_keys, find_swatches, with_rows
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.outlines import (
    Rings,
    find_bands,
    find_frames,
    find_holders,
    find_markers,
    find_outlines,
    is_dot,
    skins,
)
from corpusbuilder.diagrams.pictures import find_pictures
from corpusbuilder.diagrams.plane import inside
from corpusbuilder.diagrams.tracks import Track, make_tracks
from corpusbuilder.records.geometry import centre, union
from corpusbuilder.records.page import XY, Line, Rect, VectorPath, Word

MOST_PATHS: Final = 3000
"""Drawings with more paths (relief, hatching, scattered points) yield their labels only: lines in them mean little."""


@dataclass(frozen=True)
class Scene:
    """The marks of a figure, sorted out. Numbers are indices into ``texts`` and ``tracks``."""

    texts: list[Text]
    tracks: list[Track]
    em: float
    rings: list[int]
    """Closed shapes that are neither heads nor block arrows nor frames."""
    frames: set[int]
    """Closed shapes behind or around everything."""
    skin: set[int]
    """Closed shapes that paint the outline of a label once more."""
    heads: list[Head]
    glyphs: list[tuple[XY, XY, str]]
    """Arrows out of a font: tail, tip, colour."""
    blocks: list[BlockArrow]
    outlines: dict[int, int]
    """Text -> shape."""
    markers: dict[int, int]
    """Text -> dot."""
    swatches: dict[int, int]
    """Shape -> text."""
    entries: dict[str, int]
    """Callout -> the text that says what it stands for."""
    holders: set[int]
    """Shapes in which labels lie that are not their outlines."""
    pictures: frozenset[int]
    """Rectangles in which raster pictures are placed."""
    line_keys: frozenset[int]
    """The texts that say what a sort of line means."""
    dashes: list[DashedLine]
    """Rows of small filled shapes, each a line."""

    @cached_property
    def callouts(self) -> set[int]:
        """The numbers and letters that an entry of the key explains."""
        return {t for t, text in enumerate(self.texts) if text.mark in self.entries}

    @property
    def keys(self) -> set[int]:
        """The texts that belong to the key of the figure."""
        return set(self.swatches.values()) | set(self.entries.values()) | self.line_keys


def read_scene(lines: Sequence[Line], paths: Sequence[VectorPath], pictures: Sequence[Rect] = ()) -> Scene:
    """Sort the marks of a figure out: its text, its painted paths, the boxes of the pictures placed in it."""
    tracks = make_tracks(paths) if len(paths) <= MOST_PATHS else []
    closed = [k for k, track in enumerate(tracks) if track.closed and (track.fill or track.stroke)]
    bare = make_texts(lines, keep_apart=lambda _upper, _lower: True)
    whole = union([*(text.box for text in bare), *(track.box for track in tracks)]) if bare or tracks else (0, 0, 1, 1)
    em = em_of(bare, whole)
    places = Rings(tracks, closed)
    texts = make_texts(lines, keep_apart=_separator(places, em=em), is_wall=_wall_finder(places, em=em))
    texts = with_rows(texts)
    glyphs = glyph_arrows(texts)
    texts = [text for text in texts if not is_arrow_glyph(text)]
    blocks = find_block_arrows(tracks, em=em)
    solid = {block.track for block in blocks}
    shapes = Rings(tracks, [k for k in closed if k not in solid])
    outlines = find_outlines(texts, shapes, em=em)
    bands = find_bands(set(outlines.values()), tracks, em=em)
    outlines = {t: k for t, k in outlines.items() if k not in bands}
    frames = find_frames(shapes, texts, whole=whole) - set(outlines.values())
    skin = {other for k in sorted(set(outlines.values())) for other in skins(k, shapes)}
    rings = [k for k in shapes.members if k not in frames]
    dashes = filled_dashes(tracks, em=em, is_free=lambda k: k not in skin and k not in solid)
    dashed = {k for row in dashes for k in row.tracks}
    rings = [k for k in rings if k not in dashed]
    heads = [head for head in find_heads(tracks, em=em) if not (skin | dashed) & set(head.shape)]
    pointed = {k for head in heads for k in head.shape}
    holders = find_holders(texts, outlines, shapes, skin)
    names = [text.box for t, text in enumerate(texts) if t not in outlines]
    grounds = Grounds(set(outlines.values()), holders, names)
    knobs = find_knobs(tracks, dashes, set(rings) - pointed - skin - holders, grounds, em=em)
    knobbed = {k for head in knobs for k in head.shape}
    pointed |= knobbed
    patches = [k for k in rings if k not in pointed and not is_dot(tracks[k], em=em)]
    swatches = find_swatches(texts, tracks, patches, set(outlines.values()), em=em)
    places = Rings(tracks, [k for k in rings if k not in knobbed])
    markers = find_markers(texts, places, {*outlines, *swatches.values()}, em=em)
    # Pictures alone are panels of a figure; among labels and lines they are parts of a drawing.
    placed = find_pictures(pictures, union([whole, *pictures])) if pictures and (bare or tracks) else []
    added = range(len(tracks), len(tracks) + len(placed))
    tracks += placed
    rings = [*(k for k in rings if k not in skin), *added]
    return Scene(
        texts,
        tracks,
        em,
        rings,
        frames,
        skin,
        heads + knobs,
        glyphs,
        blocks,
        outlines,
        markers,
        swatches,
        find_entries(texts),
        holders,
        frozenset(added),
        find_line_keys(texts, tracks, swatches, em=em),
        dashes,
    )


def _separator(rings: Rings, *, em: float) -> Callable[[Text, Text], bool | None]:
    """What the drawing says of two stacked lines; see `make_texts`."""
    held: dict[Rect, int | None] = {}
    pointed: dict[Rect, bool] = {}
    ends = [
        end
        for track in rings.tracks
        if not track.closed and track.stroke and math.dist(track.points[0], track.points[-1]) > 1.2 * em
        for end in (track.points[0], track.points[-1])
    ]
    index = BoxIndex([(*end, *end) for end in ends])

    patches = Patches(rings.tracks, em=em)

    def holder(text: Text) -> int | None:
        if text.box not in held:
            held[text.box] = rings.holder_of(text.box, slack=0.15 * em)
        return held[text.box]

    def has_leader(text: Text) -> bool:
        if text.box not in pointed:
            a, b, c, d = text.ring
            sides = ((a[0] + d[0]) / 2, (a[1] + d[1]) / 2), ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)
            pointed[text.box] = any(
                _beside(side, ends[k], text) for side in sides for k in index.at(side, 1.3 * text.size)
            )
        return pointed[text.box]

    def apart(upper: Text, lower: Text) -> bool | None:
        one, other = holder(upper), holder(lower)
        if patches.are_before(upper, lower):
            return True
        if one != other:
            crossed = all(k is None or _is_in(text, rings.tracks[k]) for text, k in ((lower, one), (upper, other)))
            return None if crossed else True
        if one is not None:
            box, both = rings.tracks[one].box, union((upper.box, lower.box))
            if box[2] - box[0] <= both[2] - both[0] + 8 * em and box[3] - box[1] <= 2 * (both[3] - both[1]) + 3 * em:
                return False
        return True if has_leader(upper) and has_leader(lower) else None

    return apart


def _is_in(text: Text, track: Track) -> bool:
    return inside(centre(text.box), track.points)


def _wall_finder(rings: Rings, *, em: float) -> Callable[[Word, Word, XY], bool]:
    """Whether the side of a box that one of two words stands in runs between them."""

    def is_wall(left: Word, right: Word, along: XY) -> bool:
        gap = span(left.box, along)[1] - 0.3 * em, span(right.box, along)[0] + 0.3 * em
        across = -along[1], along[0]
        for word, other, side in ((left, right, 1), (right, left, 0)):
            holder = rings.holder_of(word.box, slack=0.15 * em)
            if holder is None or inside(centre(other.box), rings.tracks[holder].points):
                continue
            track = rings.tracks[holder]
            (low, high), (top, bottom) = span(track.box, across), span(word.box, across)
            is_row = high - low <= 4 * (bottom - top)
            if is_row and track.stroke and gap[0] <= span(track.box, along)[side] <= gap[1]:
                return True
        return False

    return is_wall


def _beside(side: XY, end: XY, text: Text) -> bool:
    across = -text.direction[1], text.direction[0]
    away = end[0] - side[0], end[1] - side[1]
    along = abs(away[0] * text.direction[0] + away[1] * text.direction[1])
    return along <= 1.2 * text.size and abs(away[0] * across[0] + away[1] * across[1]) <= 0.3 * text.size


def box_of(scene: Scene, text: int) -> Rect:
    """The box around a label and the dot that it names."""
    marker = scene.markers.get(text)
    box = scene.texts[text].box
    return box if marker is None else union((box, scene.tracks[marker].box))
