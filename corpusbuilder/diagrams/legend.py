"""Keys of figures: swatches with their meanings, and numbers with theirs."""

from collections.abc import Mapping, Sequence
from typing import Final

from corpusbuilder.diagrams.labels import Text
from corpusbuilder.diagrams.tracks import Track

SWATCH_EM: Final = 3.5
"""A swatch is at most this wide, in em."""


def find_swatches(
    texts: Sequence[Text], tracks: Sequence[Track], rings: Sequence[int], outlined: Mapping[int, int], *, em: float
) -> dict[int, int]:
    """Swatch -> the text beside it that says what its colour means.

    A coloured shape beside a text is a swatch when there are others like it, or when the figure uses its colour
    elsewhere; one alone is an ornament.
    """
    candidates: dict[int, int] = {}
    for k in rings:
        track = tracks[k]
        if not track.fill or not 0.5 * em <= track.extent <= SWATCH_EM * em or track.thickness < 0.35 * em:
            continue
        if k not in outlined.values() and (t := _beside(track, texts, em=em)) is not None:
            candidates[k] = t
    colours = {k: tracks[k].fill for k in rings}
    out: dict[int, int] = {}
    for k, t in candidates.items():
        alike = [j for j in candidates if j != k and _same_size(tracks[k], tracks[j])]
        used = any(colours[j] == tracks[k].fill and tracks[j].area > 2 * tracks[k].area for j in rings if j != k)
        if (alike or used) and t not in out.values():
            out[k] = t
    return out


def _beside(track: Track, texts: Sequence[Text], *, em: float) -> int | None:
    """The text right of a swatch on the same line; where there is none, the one left of it."""
    x0, y0, x1, y1 = track.box
    level = [t for t, text in enumerate(texts) if text.box[1] - 0.3 * em <= (y0 + y1) / 2 <= text.box[3] + 0.3 * em]
    right = [(texts[t].box[0] - x1, t) for t in level if -0.1 * em <= texts[t].box[0] - x1 <= 1.6 * em]
    left = [(x0 - texts[t].box[2], t) for t in level if -0.1 * em <= x0 - texts[t].box[2] <= 1.0 * em]
    return min(right or left, default=(0.0, None))[1]


def _same_size(one: Track, other: Track) -> bool:
    return abs(one.extent - other.extent) <= 0.1 * one.extent and abs(one.thickness - other.thickness) <= 0.1 * one.extent


def find_entries(texts: Sequence[Text]) -> dict[str, int]:
    """Number -> the text that says what it stands for ("2. root"), for the numbers that stand alone in the figure too."""
    callouts = {text.number for text in texts if text.is_number}
    entries: dict[str, list[int]] = {}
    for t, text in enumerate(texts):
        if text.number is not None and not text.is_number:
            entries.setdefault(text.number, []).append(t)
    matched = {number: found[0] for number, found in sorted(entries.items()) if number in callouts and len(found) == 1}
    return matched if len(matched) >= 2 else {}
