"""Raster figures drawn with Pillow, their labels printed into the picture.

They stand for the scanned plates of real books: the words can only be read by OCR.
"""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

Point = tuple[int, int]
Pixels = list[tuple[float, float]]

# Everything is drawn larger and scaled down, as Pillow does not smooth edges itself.
OVERSAMPLE = 3
LATHS = 150
INK = "#1f2a33"
# Pillow's own font has no accented letters; reportlab ships one that has.
FONT_FILE = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


class Plate:
    """A raster figure under construction, in final pixels."""

    def __init__(self, width: int, height: int, background: str = "#ffffff") -> None:
        """Start an empty picture of this size."""
        self.width = width
        self.height = height
        self._image = Image.new("RGB", (width * OVERSAMPLE, height * OVERSAMPLE), background)
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.truetype(str(FONT_FILE), 25 * OVERSAMPLE)

    def polygon(self, points: Pixels, fill: str, outline: str | None = None, width: int = 2) -> None:
        """Fill a straight-edged region."""
        scaled = [(x * OVERSAMPLE, y * OVERSAMPLE) for x, y in points]
        self._draw.polygon(scaled, fill=fill)
        if outline:
            self._draw.line([*scaled, scaled[0]], fill=outline, width=width * OVERSAMPLE, joint="curve")

    def ellipse(self, at: Point, radii: Point, fill: str, outline: str | None = None) -> None:
        """Fill an ellipse centred on `at`."""
        (x, y), (rx, ry) = at, radii
        box = [
            (x - rx) * OVERSAMPLE,
            (y - ry) * OVERSAMPLE,
            (x + rx) * OVERSAMPLE,
            (y + ry) * OVERSAMPLE,
        ]
        self._draw.ellipse(box, fill=fill, outline=outline, width=2 * OVERSAMPLE)

    def rounded(self, box: tuple[int, int, int, int], radius: int, fill: str) -> None:
        """Fill a box with round corners."""
        scaled = [value * OVERSAMPLE for value in box]
        self._draw.rounded_rectangle(scaled, radius * OVERSAMPLE, fill, INK, 2 * OVERSAMPLE)

    def leader(self, label: str, at: Point, to: Point, side: str = "left") -> None:
        """Print `label` left or right of the picture, with a line into a region."""
        scaled = (at[0] * OVERSAMPLE, at[1] * OVERSAMPLE)
        end = (to[0] * OVERSAMPLE, to[1] * OVERSAMPLE)
        self._draw.text(scaled, label, INK, self._font, anchor="rm" if side == "left" else "lm")
        gap = 10 if side == "left" else -10
        self._draw.line([(scaled[0] + gap * OVERSAMPLE, scaled[1]), end], fill=INK, width=2 * OVERSAMPLE)
        self.ellipse(to, (5, 5), INK)

    def png(self) -> bytes:
        """Return the finished picture."""
        small = self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        buffer = BytesIO()
        small.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def plant_cell() -> Plate:
    """Draw a leaf cell: wall, membrane, chloroplasts, vacuole and nucleus."""
    plate = Plate(1080, 560)
    plate.rounded((300, 30, 780, 530), 44, "#8fb35c")
    plate.rounded((318, 48, 762, 512), 34, "#e9c46a")
    plate.rounded((326, 56, 754, 504), 30, "#eaf4d3")
    plate.rounded((400, 200, 690, 450), 60, "#bfe0ee")
    plate.ellipse((640, 128), (62, 50), "#d9a7c7", INK)
    for centre in (
        (372, 110),
        (470, 100),
        (362, 250),
        (362, 390),
        (440, 478),
        (722, 250),
        (722, 390),
        (610, 478),
    ):
        upright = centre[0] in (362, 722)
        plate.ellipse(centre, (17, 36) if upright else (38, 18), "#4c8c3a", INK)
    plate.leader("Cell wall", (240, 60), (308, 150))
    plate.leader("Cell membrane", (240, 200), (322, 300))
    plate.leader("Chloroplast", (240, 430), (360, 395))
    plate.leader("Nucleus", (835, 110), (650, 130), "right")
    plate.leader("Vacuole", (835, 300), (560, 320), "right")
    plate.leader("Cytoplasm", (835, 470), (715, 470), "right")
    return plate


def basalt_section() -> Plate:
    """Draw a thin section of basalt as a round field of view."""
    plate = Plate(1080, 560)
    centre, radius = (540, 280), 262
    plate.ellipse(centre, (radius, radius), "#6f6a66", INK)
    # A fixed seed: the scatter must be the same in every build.
    scatter = random.Random(79)  # noqa: S311 (a drawing, not a secret)
    drawn = 0
    while drawn < LATHS:
        x, y = scatter.uniform(290, 790), scatter.uniform(30, 530)
        if (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < (radius - 24) ** 2:
            _lath(plate, (x, y), scatter.uniform(-0.5, 0.5), 16)
            drawn += 1
    plate.polygon([(430, 120), (500, 96), (556, 140), (540, 210), (470, 226), (420, 180)], "#cfd98a", INK)
    plate.polygon([(600, 300), (690, 290), (706, 360), (640, 392), (590, 356)], "#7f9a6a", INK)
    plate.ellipse((420, 390), (52, 46), "#f4f4f2", INK)
    plate.ellipse((690, 170), (44, 40), "#4b4643", INK)
    _lath(plate, (350, 280), 0.3, 26)
    plate.leader("Olivine", (230, 100), (480, 160))
    plate.leader("Bulle de gaz", (230, 430), (415, 392))
    plate.leader("Pyroxène", (850, 330), (655, 335), "right")
    plate.leader("Verre volcanique", (826, 110), (694, 168), "right")
    plate.leader("Microlite", (230, 270), (350, 280))
    return plate


def _lath(plate: Plate, at: tuple[float, float], slope: float, half: int) -> None:
    x, y = at
    thick = half / 5
    plate.polygon(
        [
            (x - half, y - half * slope - thick),
            (x + half, y + half * slope - thick),
            (x + half, y + half * slope + thick),
            (x - half, y - half * slope + thick),
        ],
        "#d9dde0",
        "#3a3a3a",
        1,
    )
