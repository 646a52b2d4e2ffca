"""Keys of figures: swatches with their meanings, and numbers with theirs."""

from collections.abc import Collection, Sequence
from typing import Final

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.nearby import BoxIndex
from corpusbuilder.diagrams.tracks import Track

SWATCH_EM: Final = 3.5
"""A swatch is at most this wide, in em."""


def find_swatches(
    texts: Sequence[Text], tracks: Sequence[Track], rings: Sequence[int], outlined: Collection[int], *, em: float
) -> dict[int, int]:
    """Swatch -> the text beside it that says what its colour means.

    A coloured shape beside a text is a swatch when there are others like it, or when the figure uses its colour
    elsewhere; one alone is an ornament.
    """
    index = BoxIndex([text.box for text in texts])
    candidates: dict[int, int] = {}
    sizes: dict[tuple[int, int], int] = {}
    largest: dict[str, float] = {}
    for k in rings:
        track = tracks[k]
        if not track.fill:
            continue
        largest[track.fill] = max(track.area, largest.get(track.fill, 0.0))
        if not 0.5 * em <= track.extent <= SWATCH_EM * em or track.thickness < 0.35 * em or k in outlined:
            continue
        near = [texts[t] for t in index.near(track.box, 1.6 * em)]
        if (text := _beside(track, near, em=em)) is not None:
            candidates[k] = texts.index(text)
            sizes[_size(track, em)] = sizes.get(_size(track, em), 0) + 1
    out: dict[int, int] = {}
    explained: set[int] = set()
    for k, t in candidates.items():
        has_peers = sizes[_size(tracks[k], em)] > 1
        is_used = largest[tracks[k].fill or ""] > 2 * tracks[k].area
        if (has_peers or is_used) and t not in explained:
            out[k] = t
            explained.add(t)
    return out


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
    """Number -> the text that says what it stands for ("2. root"), for numbers that stand alone in the figure too."""
    callouts = {text.number for text in texts if text.is_number}
    entries: dict[str, list[int]] = {}
    for t, text in enumerate(texts):
        if text.number is not None and not text.is_number:
            entries.setdefault(text.number, []).append(t)
    matched = {number: found[0] for number, found in sorted(entries.items()) if number in callouts and len(found) == 1}
    return matched if len(matched) >= 2 else {}
