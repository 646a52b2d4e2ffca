"""Pictures on a scanned page: what ink is left when the recognised text is taken away.

The ink's connected components become paths of the page as a PDF would draw them, so that one and the same
search finds figures, tables and panels on typeset and on scanned pages.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.backends.pdf.base import OpenPdf
from corpusbuilder.records.geometry import union
from corpusbuilder.records.page import Line, RawPage, Rect, Segment, VectorPath
from corpusbuilder.stages.parse.figures import find_figures
from corpusbuilder.stages.parse.model import FoundFigure
from corpusbuilder.stages.parse.scans.parts import put_together, running_text
from corpusbuilder.stages.parse.scans.skew import skew_of

if TYPE_CHECKING:
    from numpy import bool_, float64, uint8
    from numpy.typing import NDArray

    _Gray: TypeAlias = NDArray[uint8]
    _Mask: TypeAlias = NDArray[bool_]

_DPI: Final = 100
"""Fine enough for a hairline, coarse enough for a page in a tenth of a second."""
_INK: Final = 38
"""Levels of grey by which ink is darker than the paper around it; a tinted panel is lighter than that."""


def find_scanned_figures(pdf: OpenPdf, page: RawPage, *, body_size: float) -> list[FoundFigure]:
    """The figures of a page of which only the picture is known, top to bottom.

    Args:
        pdf: where the page is rendered.
        page: with its recognised lines.
        body_size: size of the page's ordinary text in points.

    Raises:
        RecordError: the page cannot be rendered.
    """
    scan = _Scan.of(pdf.render(page.page_no, dpi=_DPI), page, body_size)
    drawn = replace(page, status="ok", paths=scan.drawn(), images=())
    found = [figure for figure in find_figures(drawn, body_size=body_size) if _is_drawn(figure, em=body_size)]
    whole = put_together(found, page.lines, em=body_size)
    return [replace(figure, source="scan", paths=(), images=()) for figure in whole]


def _is_drawn(figure: FoundFigure, *, em: float) -> bool:
    """Whether more than words that were not recognised is in a figure: ink that is higher than a line of text."""
    return any(path.box[3] - path.box[1] > 1.8 * em for path in figure.paths)


@dataclass(frozen=True, slots=True)
class _Component:
    """Ink that hangs together: its box on the levelled picture in pixels, and how it fills that."""

    box: tuple[int, int, int, int]
    ink: "_Mask"

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class _Scan:
    """A page's picture, turned so that its lines are level, and the way back to the page."""

    gray: "_Gray"
    lines: tuple[Line, ...]
    em: float
    """Pixels."""
    scale: float
    """Pixels per point."""
    angle: float
    """Radians by which the page is turned clockwise."""

    @property
    def running(self) -> list[Line]:
        """The lines of running text."""
        return running_text(self.lines, em=self.em / self.scale)

    @classmethod
    def of(cls, png: bytes, page: RawPage, body_size: float) -> "_Scan":
        """The levelled picture of a page."""
        import numpy as np
        from PIL import Image

        angle = skew_of(page.lines)
        with Image.open(io.BytesIO(png)) as image:
            gray = image.convert("L")
            if angle:
                gray = gray.rotate(math.degrees(angle), Image.Resampling.BILINEAR, fillcolor=_paper(gray))
            levels = np.asarray(gray, dtype=np.uint8)
        return cls(levels, page.lines, body_size * _DPI / 72, _DPI / 72, angle)

    def drawn(self) -> tuple[VectorPath, ...]:
        """The components of ink outside the text, as paths in points of the page."""
        paths: list[VectorPath] = []
        for component in _components(self._ink_outside_text(), self.em):
            box = self._on_page(component.box)
            if self._is_shadow(component) or self._is_unread(box) or self._is_side_bar(component, box):
                continue
            paths.append(_as_path(component, box, len(paths), em=self.em))
        return _with_whole_rules(paths, em=self.em / self.scale)

    def _ink_outside_text(self) -> "_Mask":
        """Where there is ink, the boxes of recognised lines left blank."""
        ink: _Mask = self.gray < _ground(self.gray) - _INK
        for line in self.lines:
            # A line of running text is erased whole: a word of it may not have been recognised.
            for box in [line.box] if len(line.words) >= 4 else [word.box for word in line.words]:
                x0, y0, x1, y1 = self._on_picture(box)
                ink[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = False
        return ink

    def _is_shadow(self, component: _Component) -> bool:
        """Whether a component is the dark edge of a sheet: a narrow strip along the border of the picture."""
        height, width = self.gray.shape
        x0, y0, x1, y1 = component.box
        margin = 0.01 * max(width, height) + 1
        at_side = (x0 <= margin or x1 >= width - margin) and component.width <= 0.04 * width
        at_end = (y0 <= margin or y1 >= height - margin) and component.height <= 0.04 * height
        return at_side or at_end

    def _is_unread(self, box: Rect) -> bool:
        """Whether ink stands in the row of a line of running text, next to it: a word that was not recognised."""
        em = self.em / self.scale
        height = box[3] - box[1]
        return height <= 1.6 * em and any(
            min(box[3], line.box[3]) - max(box[1], line.box[1]) >= 0.6 * height
            and max(line.box[0] - box[2], box[0] - line.box[2]) <= 1.5 * em
            for line in self.running
        )

    def _is_side_bar(self, component: _Component, box: Rect) -> bool:
        """Whether a long upright rule stands beside a column of running text, as a box of text has one."""
        if component.width > 0.9 * self.em or component.height < max(4 * self.em, 6 * component.width):
            return False
        em = self.em / self.scale
        beside = [
            line
            for line in self.running
            if box[1] <= (line.box[1] + line.box[3]) / 2 <= box[3]
            and max(line.box[0] - box[2], box[0] - line.box[2]) <= 3 * em
        ]
        return len(beside) >= 2

    def _on_picture(self, box: Rect) -> tuple[int, int, int, int]:
        """A box of the page in pixels of the levelled picture; an upright box of a turned word has slack to lose."""
        height, width = self.gray.shape
        x, y = (box[0] + box[2]) / 2 * self.scale, (box[1] + box[3]) / 2 * self.scale
        cx, cy = _turned(x, y, (width / 2, height / 2), -self.angle)
        half_w = (box[2] - box[0]) / 2 * self.scale
        half_h = (box[3] - box[1]) / 2 * self.scale
        return (
            math.floor(cx - half_w) - 1,
            math.floor(cy - half_h),
            math.ceil(cx + half_w) + 1,
            math.ceil(cy + half_h),
        )

    def _on_page(self, box: Sequence[int]) -> Rect:
        """The hull on the page, in points, of a box on the levelled picture."""
        height, width = self.gray.shape
        corners = [
            _turned(x, y, (width / 2, height / 2), self.angle) for x in (box[0], box[2]) for y in (box[1], box[3])
        ]
        return union([(x / self.scale, y / self.scale, x / self.scale, y / self.scale) for x, y in corners])


def _turned(x: float, y: float, middle: tuple[float, float], angle: float) -> tuple[float, float]:
    """A point turned clockwise (y runs down) about ``middle``."""
    dx, dy = x - middle[0], y - middle[1]
    cos, sin = math.cos(angle), math.sin(angle)
    return middle[0] + dx * cos - dy * sin, middle[1] + dx * sin + dy * cos


def _paper(gray: Any) -> int:  # noqa: ANN401 - a PIL image
    """The level of grey of the paper: that of nine pixels in ten is no lighter."""
    counts = gray.histogram()
    left = 0.1 * sum(counts)
    for level in range(255, -1, -1):
        left -= counts[level]
        if left <= 0:
            return level
    return 255


def _ground(gray: "_Gray") -> "NDArray[float64]":
    """The level of the paper around each pixel: of wide tiles the lighter part, so that a photograph leaves no hole."""
    import numpy as np
    from PIL import Image

    height, width = gray.shape
    rows, columns = min(6, height), min(5, width)
    tiles = np.array(
        [
            [
                np.percentile(
                    gray[
                        height * r // rows : height * (r + 1) // rows, width * c // columns : width * (c + 1) // columns
                    ],
                    92,
                )
                for c in range(columns)
            ]
            for r in range(rows)
        ]
    )
    padded = np.pad(tiles, 1, mode="edge")
    lightest = np.max([padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3)], axis=0)
    smooth = Image.fromarray(lightest.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(smooth, dtype=np.float64)


def _components(ink: "_Mask", em: float) -> Iterator[_Component]:
    """Connected ink, gaps of a third of an em closed, specks left out; in reading order of the upper left corner."""
    import cv2
    import numpy as np

    size = max(3, round(0.35 * em) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if max(width, height) < 1.2 * em or area < 0.3 * em * em:
            continue
        window = (slice(y, y + height), slice(x, x + width))
        yield _Component((x, y, x + width, y + height), ink[window] & (labels[window] == label))


def _as_path(component: _Component, box: Rect, order: int, *, em: float) -> VectorPath:
    """A component as a path: a rule, a frame with the rules inside it, or a stroke that is neither."""
    x0, y0, x1, y1 = box
    if min(component.width, component.height) <= 0.45 * em:
        middle = ((x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2))
        upright = (((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1))
        ends = middle if component.width >= component.height else upright
        thin = (ends[0][0], ends[0][1], ends[1][0], ends[1][1])
        return VectorPath((Segment("l", ends),), thin, closed=False, stroke="#000000", width=1.0, order=order)
    rules = _rules(component, thickest=0.3 * em)
    if rules is None:
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        stroke = Segment("c", ((middle_x, middle_y), (x0, y0), (x1, y1), (middle_x, middle_y)))
        return VectorPath((stroke,), box, closed=False, stroke="#000000", width=1.0, order=order)
    segments = tuple(
        Segment(
            "l",
            (
                (x0 + a * (x1 - x0), y0 + b * (y1 - y0)),
                (x0 + c * (x1 - x0), y0 + d * (y1 - y0)),
            ),
        )
        for a, b, c, d in rules
    )
    return VectorPath(segments, box, closed=False, stroke="#000000", width=1.0, order=order)


def _with_whole_rules(paths: Sequence[VectorPath], *, em: float) -> tuple[VectorPath, ...]:
    """The paths; pieces of a level rule that is broken in the scan are one rule."""
    whole: list[VectorPath] = []
    for path in sorted(paths, key=lambda path: (path.box[0], path.order)):
        _, y0, x1, y1 = path.box
        if y0 != y1:
            whole.append(path)
            continue
        place = next((i for i, other in enumerate(whole) if _goes_on(other.box, path.box, em=em)), None)
        if place is None:
            whole.append(path)
        else:
            box = whole[place].box
            line = Segment("l", ((box[0], box[1]), (max(x1, box[2]), box[1])))
            whole[place] = replace(whole[place], segments=(line,), box=(box[0], box[1], max(x1, box[2]), box[1]))
    return tuple(sorted(whole, key=lambda path: path.order))


def _goes_on(rule: Rect, piece: Rect, *, em: float) -> bool:
    return rule[1] == rule[3] and abs(rule[1] - piece[1]) <= 0.3 * em and piece[0] - rule[2] <= 4 * em


def _rules(component: _Component, *, thickest: float) -> list[tuple[float, float, float, float]] | None:
    """The level and upright lines of a frame or grid, in shares of its box; None when there is other ink as well."""
    ink = component.ink
    height, width = ink.shape
    rows, columns = _bands(ink.sum(axis=1) >= 0.7 * width), _bands(ink.sum(axis=0) >= 0.7 * height)
    if len(rows) < 2 or (len(columns) < 2 and len(rows) < 3):
        return None
    if max(high - low for low, high in rows + columns) > thickest:
        return None
    rest = ink.copy()
    for low, high in rows:
        rest[max(low - 1, 0) : high + 1, :] = False
    for low, high in columns:
        rest[:, max(low - 1, 0) : high + 1] = False
    if rest.sum() > 0.25 * ink.sum():
        return None
    level = [(0.0, (low + high) / 2 / height, 1.0, (low + high) / 2 / height) for low, high in rows]
    upright = [((low + high) / 2 / width, 0.0, (low + high) / 2 / width, 1.0) for low, high in columns]
    return level + upright


def _bands(full: "_Mask") -> list[tuple[int, int]]:
    """Runs of true values, as start and end (exclusive)."""
    bands: list[tuple[int, int]] = []
    for place, is_full in enumerate(full.tolist()):
        if is_full and bands and bands[-1][1] == place:
            bands[-1] = (bands[-1][0], place + 1)
        elif is_full:
            bands.append((place, place + 1))
    return bands
