"""A picture made ready for tracing: decoded, free of noise, its text wiped out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from corpusbuilder.diagrams.raster.wiping import letters_of
from corpusbuilder.records.geometry import Affine, apply_affine
from corpusbuilder.records.page import Line, Rect

if TYPE_CHECKING:
    import numpy as np

    Pixels: TypeAlias = np.ndarray[Any, Any]

MOST_PIXELS: Final = 4_000_000
"""Larger pictures are traced at a lower resolution."""
LEAST_FLAT: Final = 0.6
"""A drawing has at least this share of pixels that are like their neighbours."""
_EMS_ACROSS: Final = 45
"""A picture without text: so many letters would stand along its diagonal."""


@dataclass(frozen=True)
class Picture:
    """Pixels with what is known of them. Pixel ``(column, row)`` is the unit square whose corner has these numbers."""

    rgb: "Pixels"
    """Height x width x 3, uint8, text wiped out with the colour around it, noise of scans smoothed away."""
    text: "Pixels"
    """Height x width, bool: where text was."""
    em: float
    """Usual font size in pixels."""
    to_page: Affine
    """From pixels (of ``rgb``, which is smaller than the file where that is a giant) to page points."""
    noise: float
    """Standard deviation of what is left of the noise, in grey levels; below 1 for born-digital pictures."""
    flat: float
    """Share of pixels that are like their neighbours, 0 to 1."""
    boxes: tuple[Rect, ...] = ()
    """The words' boxes in pixels."""

    @property
    def is_drawing(self) -> bool:
        """Whether it can be a drawing: photographs, paintings and shaded engravings hardly have flat colours."""
        return self.flat >= LEAST_FLAT


def open_picture(png: bytes, lines: Sequence[Line], *, to_page: Affine) -> Picture:
    """Decode a picture and wipe its text out.

    Args:
        png: any format that OpenCV reads; what cannot be read gives a picture of one pixel.
        lines: the text in it, in page points.
        to_page: from pixels of the file to page points; without rotation.
    """
    rgb, scale = _decoded(png)
    to_page = (to_page[0] / scale[0], to_page[1], to_page[2], to_page[3] / scale[1], to_page[4], to_page[5])
    height, width = rgb.shape[:2]
    em = _em(lines, to_page, math.hypot(width, height))
    boxes = _boxes(lines, to_page, (width, height))
    noise = _noise(rgb)
    clean = _denoised(rgb, noise)
    left = _noise(clean)
    text = letters_of(clean, boxes, em=em, noise=left)
    wiped = _wiped(clean, text)
    return Picture(wiped, text, em, to_page, left, _flat_share(wiped, text, left), tuple(boxes))


def _decoded(png: bytes) -> tuple["Pixels", tuple[float, float]]:
    """RGB pixels, at most `MOST_PIXELS`, and by how much they were scaled in x and y."""
    import cv2
    import numpy as np

    data = np.frombuffer(png, np.uint8)
    try:
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:
        bgr = None
    if bgr is None:
        return np.full((1, 1, 3), 255, np.uint8), (1.0, 1.0)
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    height, width = rgb.shape[:2]
    if height * width <= MOST_PIXELS:
        return rgb, (1.0, 1.0)
    ratio = math.sqrt(MOST_PIXELS / (height * width))
    size = max(1, int(width * ratio)), max(1, int(height * ratio))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), (size[0] / width, size[1] / height)


def _em(lines: Sequence[Line], to_page: Affine, diagonal: float) -> float:
    """The usual font size in pixels: half of the letters are smaller."""
    sizes = sorted((line.size, len(line.text)) for line in lines if math.isfinite(line.size) and line.size > 0)
    half, seen = sum(count for _, count in sizes) / 2, 0
    for size, count in sizes:
        seen += count
        if seen >= half:
            return max(4.0, size / abs(to_page[3]))
    return max(4.0, diagonal / _EMS_ACROSS)


def _boxes(lines: Sequence[Line], to_page: Affine, size: tuple[int, int]) -> list[Rect]:
    """The words' boxes in pixels, those that lie in the picture."""
    back = (1 / to_page[0], 0.0, 0.0, 1 / to_page[3], -to_page[4] / to_page[0], -to_page[5] / to_page[3])
    found = set()
    for line in lines:
        for word in line.words:
            if not all(math.isfinite(value) for value in word.box):
                continue
            (x0, y0), (x1, y1) = apply_affine(back, word.box[:2]), apply_affine(back, word.box[2:])
            if x1 > 0 and y1 > 0 and x0 < size[0] and y0 < size[1] and x1 > x0 and y1 > y0:
                found.add((x0, y0, x1, y1))
    return sorted(found)


def _noise(rgb: "Pixels") -> float:
    """Standard deviation of the noise where nothing is drawn, in grey levels.

    The mask of J. Immerkaer, Fast noise variance estimation (CVIU 64, 1996); the median keeps edges out of it.
    """
    import cv2
    import numpy as np

    if min(rgb.shape[:2]) < 8:
        return 0.0
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    strength = np.abs(cv2.filter2D(gray, -1, kernel))[::3, ::3]
    return float(np.median(strength)) / (6 * 0.6745)


def _denoised(rgb: "Pixels", noise: float) -> "Pixels":
    """The picture with its noise averaged among pixels that are alike; thin lines differ by more and stay."""
    import cv2

    if noise < 0.8:
        return rgb
    reach = min(60.0, 12 + 6 * noise)
    once = cv2.bilateralFilter(rgb, 5, reach, 2.0)
    return cv2.bilateralFilter(once, 5, 0.6 * reach, 2.0)


def _wiped(rgb: "Pixels", text: "Pixels") -> "Pixels":
    """The picture with the letters in the colour of the nearest pixel that is none."""
    import cv2
    import numpy as np

    if not text.any() or text.all():
        return rgb
    _, nearest = cv2.distanceTransformWithLabels(
        text.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(nearest.max()) + 1, np.int64)
    open_pixels = np.flatnonzero(~text.ravel())
    source[nearest.ravel()[open_pixels]] = open_pixels
    out = rgb.copy()
    out[text] = rgb.reshape(-1, 3)[source[nearest[text]]]
    return out


def _flat_share(rgb: "Pixels", text: "Pixels", noise: float) -> float:
    """Share of the pixels outside of text that are like the eight around them."""
    import cv2
    import numpy as np

    kernel = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(rgb, kernel), cv2.erode(rgb, kernel)).max(axis=2)
    open_pixels = ~text
    return float((spread[open_pixels] <= 6 + 3 * noise).mean()) if open_pixels.any() else 1.0
