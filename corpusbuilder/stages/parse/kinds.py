"""What kind of picture a figure is: told by its caption, else by what it is made of, else left open."""

import re
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.page import Line, VectorPath
from corpusbuilder.stages.parse.labels import read_label
from corpusbuilder.stages.parse.model import FoundFigure

FigureKind: TypeAlias = Literal["diagram", "map", "chart", "photo", "table", "other"]

_BY_LABEL: Final[dict[str, FigureKind]] = {
    "map": "map",
    "diagram": "diagram",
    "table": "table",
    "photo": "photo",
    "chart": "chart",
}
_BY_WORD: Final[tuple[tuple[FigureKind, re.Pattern[str]], ...]] = (
    ("map", re.compile(r"\b(?:maps?|cartes?|planisphères?|atlas)\b", re.IGNORECASE)),
    (
        "chart",
        re.compile(
            r"\b(?:graphs?|charts?|histograms?|graphiques?|courbes?|histogrammes?|pyramide des âges|plot)\b",
            re.IGNORECASE,
        ),
    ),
    ("photo", re.compile(r"\b(?:photo\w*|micrographs?|micrographies?|portraits?|cliché)\b", re.IGNORECASE)),
    (
        "diagram",
        re.compile(
            r"\b(?:diagrams?|diagrammes?|schémas?|cycles?|food web|flowchart|frise|timeline|organigramme)\b",
            re.IGNORECASE,
        ),
    ),
)
_NUMERIC: Final = re.compile(r"[-−+]?\d[\d\s.,]*\s?[%°a-zA-Z€$]{0,3}")


def classify_kind(figure: FoundFigure, caption: str | None = None, sample: bytes | None = None) -> FigureKind:
    """The kind of a figure, ``other`` when nothing tells.

    Args:
        figure: as found.
        caption: its caption with the label, such as "Map 3.1 Trade routes".
        sample: RGB of some of its pixels, to tell photographs by their colours.
    """
    if figure.is_table:
        return "table"
    if caption:
        label = read_label(caption)
        if label and label.kind in _BY_LABEL:
            return _BY_LABEL[label.kind]
        # The first sentence says what is shown; later ones compare and explain.
        opening = caption[label.end if label else 0 :].split(". ", 1)[0]
        named = [(match.start(), kind) for kind, pattern in _BY_WORD if (match := pattern.search(opening))]
        if named:
            return min(named)[1]
    if figure.source == "vector":
        return "chart" if _has_scale(figure.lines, figure.paths) else "diagram"
    if sample is not None and figure.source in ("raster", "scan") and is_photographic(sample):
        return "photo"
    return "diagram" if figure.source == "mixed" and len(figure.paths) >= 5 else "other"


def _has_scale(lines: Sequence[Line], paths: Sequence[VectorPath]) -> bool:
    """Whether numbers stand in a row and in a column, as along two axes, beside drawn lines."""
    numbers = [line for line in lines if _NUMERIC.fullmatch(line.text)]
    if len(numbers) < 6 or len(numbers) < 0.4 * len(lines) or len(paths) < 3:
        return False
    in_row = max(sum(abs(a.box[3] - b.box[3]) < 0.3 * a.size for b in numbers) for a in numbers)
    in_column = max(
        sum(min(abs(a.box[2] - b.box[2]), abs(a.box[0] - b.box[0])) < 0.3 * a.size for b in numbers) for a in numbers
    )
    return in_row >= 3 and in_column >= 3


def is_photographic(sample: bytes) -> bool:
    """Whether an image has the many blended colours of a photograph rather than the few flat ones of a drawing.

    Grey pictures are never called photographic: engravings and photographs are alike there.

    Args:
        sample: RGB of some 4000 of its pixels.
    """
    import numpy as np

    small = np.frombuffer(sample, np.uint8).reshape(-1, 3)
    steps = (small >> 3).astype(np.int32)
    distinct = len(np.unique((steps[:, 0] << 10) | (steps[:, 1] << 5) | steps[:, 2]))
    darkest, brightest = small.min(axis=1), small.max(axis=1)
    white, coloured = np.mean(darkest >= 248), np.mean(brightest - darkest > 24)
    return bool(distinct >= 500 and white < 0.25 and coloured > 0.2)
