"""Keys of figures: swatches with their meanings, and numbers with theirs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from corpusbuilder.diagrams.callouts import marks_explained
from corpusbuilder.diagrams.labels import Text, by_place, in_a_row
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.plane import box_gap
from corpusbuilder.diagrams.tracks import Track
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Rect

_MOST_NEAR: Final = 40
ROW_EM: Final = 2.5
"""The name in a key stands at most so many em from its number."""
SWATCH_EM: Final = 3.5
"""A swatch is at most this wide, in em."""


def find_swatches(
    texts: Sequence[Text], tracks: Sequence[Track], rings: Sequence[int], outlined: Collection[int], *, em: float
) -> dict[int, int]:
    """Swatch -> the text beside it that says what its colour means.

    A shape beside a text is a swatch when there are others like it (what fills them, a hatch, may be unknown), or when
    the figure uses its colour elsewhere; one alone is an ornament.
    """
    index = BoxIndex([text.box for text in texts])
    candidates: dict[int, int] = {}
    sizes: dict[tuple[int, int], int] = {}
    largest: dict[str, float] = {}
    for k in rings:
        track = tracks[k]
        if track.fill:
            largest[track.fill] = max(track.area, largest.get(track.fill, 0.0))
        if not 0.5 * em <= track.extent <= SWATCH_EM * em or track.thickness < 0.35 * em or k in outlined:
            continue
        near = [texts[t] for t in index.near(track.box, 1.6 * em) if any(map(str.isalpha, texts[t].content))]
        if (text := _beside(track, near, em=em)) is not None:
            candidates[k] = texts.index(text)
            sizes[_size(track, em)] = sizes.get(_size(track, em), 0) + 1
    out: dict[int, int] = {}
    explained: set[int] = set()
    for k, t in candidates.items():
        has_peers = sizes[_size(tracks[k], em)] > 1
        is_used = largest.get(tracks[k].fill or "", 0.0) > 2 * tracks[k].area
        if (has_peers or is_used) and t not in explained:
            out[k] = t
            explained.add(t)
    return out


def find_line_keys(
    texts: Sequence[Text], tracks: Sequence[Track], swatches: Mapping[int, int], *, em: float
) -> frozenset[int]:
    """The texts that say what a sort of line means: a short level stroke stands before each, in the rows of the key.

    A row of the key is flush with another one, or level with it; the others have patches, or strokes of other colours.
    """
    index = BoxIndex([text.box for text in texts])
    found: dict[int, str] = {}
    for track in tracks:
        x0, y0, x1, y1 = track.box
        if track.closed or not track.stroke or y1 - y0 > 0.1 * em or not 0.8 * em <= x1 - x0 <= SWATCH_EM * em:
            continue
        level = [t for t in index.near(track.box, 2.5 * em) if texts[t].box[1] <= y0 <= texts[t].box[3]]
        right = [
            t
            for t in level
            if -0.1 * em <= texts[t].box[0] - x1 <= 1.6 * em and any(map(str.isalpha, texts[t].content))
        ]
        if not right:
            continue
        nearest = min(right, key=lambda t: texts[t].box)
        far = max(1.2 * em, 2 * (texts[nearest].box[0] - x1))  # a line between two words is as far from both
        if all(t in right or x0 - texts[t].box[2] >= far for t in level):
            found[nearest] = track.stroke
    patched = set(swatches.values())
    return frozenset(
        t
        for t, ink in found.items()
        if t not in patched
        and any(_in_key(texts[t], texts[k], em=em) for k in {*patched, *found} if k != t and found.get(k) != ink)
    )


def _in_key(one: Text, other: Text, *, em: float) -> bool:
    """Whether two entries stand flush under one another, or in one row."""
    flush = abs(one.box[0] - other.box[0]) <= 0.4 * em and box_gap(one.box, other.box) <= 3 * em
    return flush or abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) / 2 <= 0.2 * em


class Patches:
    """The small marks of a figure that can show what an entry of its key is about: patches, strokes, symbols."""

    def __init__(self, tracks: Sequence[Track], *, em: float) -> None:
        self._boxes = [track.box for track in tracks if 0.3 * em <= track.extent <= SWATCH_EM * em]
        self._index = BoxIndex(self._boxes)

    def are_before(self, upper: Text, lower: Text) -> bool:
        """Whether each of two stacked texts has a mark of its own left of it, one under the other."""
        one, other = self._before(upper), self._before(lower)
        slack = 0.3 * upper.size
        return any(
            abs(a[0] + a[2] - b[0] - b[2]) / 2 <= slack and a[3] <= b[1] + 0.1 * upper.size for a in one for b in other
        )

    def _before(self, text: Text) -> list[Rect]:
        x0, y0, _, y1 = text.box
        near = [self._boxes[k] for k in self._index.near(text.box, 1.6 * text.size, most=_MOST_NEAR)]
        return [b for b in near if y0 <= (b[1] + b[3]) / 2 <= y1 and -0.1 * text.size <= x0 - b[2]]


def _size(track: Track, em: float) -> tuple[int, int]:
    """Both sides in tenths of an em."""
    return round(10 * track.extent / em), round(10 * track.thickness / em)


def _beside(track: Track, texts: Sequence[Text], *, em: float) -> Text | None:
    """The text right of a swatch on the same line; where there is none, the one left of it."""
    x0, y0, x1, y1 = track.box
    level = [text for text in texts if text.box[1] - 0.3 * em <= (y0 + y1) / 2 <= text.box[3] + 0.3 * em]
    right = [text for text in level if -0.1 * em <= text.box[0] - x1 <= 1.6 * em]
    left = [text for text in level if -0.1 * em <= x0 - text.box[2] <= 1.0 * em]
    if right:
        return min(right, key=lambda text: (text.box[0], text.box))
    return max(left, key=lambda text: (text.box[2], text.box), default=None)


def find_entries(texts: Sequence[Text]) -> dict[str, int]:
    """Callout -> the text that says what it stands for ("2. root"), for those that stand alone in the figure too."""
    callouts = {text.mark for text in texts if text.mark is not None}
    entries: dict[str, list[int]] = {}
    for t, text in enumerate(texts):
        for mark in marks_explained(text.content) if text.mark is None else ():
            entries.setdefault(mark, []).append(t)
    matched = {mark: found[0] for mark, found in sorted(entries.items()) if mark in callouts and len(found) == 1}
    return matched if len(matched) >= 2 else {}


def with_rows(texts: Sequence[Text]) -> list[Text]:
    """The texts, those of a key that is set in two columns (numbers, names) joined row by row.

    Such a number stands elsewhere in the figure too, and there are two rows or more, flush with one another.
    """
    counts = Counter(text.mark for text in texts if text.mark is not None)
    names = [text for text in texts if text.mark is None]
    index = BoxIndex([text.box for text in names])
    rows: list[tuple[Text, Text]] = []
    for text in texts:
        if text.mark is None or counts[text.mark] != 2:
            continue
        right = (names[k] for k in index.near(text.box, ROW_EM * text.size))
        name = min((name for name in right if _is_level(text, name)), key=lambda name: name.box, default=None)
        if name is not None:
            rows.append((text, name))
    joined = _flush(rows)
    used = {id(text) for row in joined for text in row}
    if len(used) < 2 * len(joined):
        return list(texts)
    return sorted(
        [*(text for text in texts if id(text) not in used), *(in_a_row(*row) for row in joined)], key=by_place
    )


def _flush(rows: Sequence[tuple[Text, Text]]) -> list[tuple[Text, Text]]:
    """The rows whose names begin at the same edge as those of others."""
    columns: list[list[tuple[Text, Text]]] = []
    for row in sorted(rows, key=lambda row: row[1].box):
        if not columns or row[1].box[0] - columns[-1][-1][1].box[0] > 0.3 * row[1].size:
            columns.append([])
        columns[-1].append(row)
    return [row for column in columns if len(column) >= 2 for row in column]


def _is_level(number: Text, name: Text) -> bool:
    """Whether a name begins right of a number, on its line and in its size."""
    line = union(word.box for word in name.lines[0])
    gap = line[0] - number.box[2]
    low = abs(line[1] + line[3] - number.box[1] - number.box[3]) / 2
    alike = 0.8 * number.size <= name.size <= 1.25 * number.size
    return (
        name.direction == number.direction == (1.0, 0.0)
        and alike
        and 0 < gap <= ROW_EM * number.size
        and low <= 0.4 * number.size
    )
