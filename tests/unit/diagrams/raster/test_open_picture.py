import math

import cv2
import numpy as np
import pytest

from corpusbuilder.diagrams.raster import trace_picture
from corpusbuilder.diagrams.raster.picture import open_picture
from corpusbuilder.records.page import Line, Word

TO_PAGE = (0.36, 0.0, 0.0, 0.36, 0.0, 0.0)


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


def paper(height=300, width=400):
    return np.full((height, width, 3), 255, np.uint8)


def word(box, size=8.0):
    return Line((Word("root", box, size),), box)


def boxes_and_a_line():
    pixels = paper()
    cv2.rectangle(pixels, (40, 40), (140, 90), (0, 0, 0), 2)
    cv2.rectangle(pixels, (240, 180), (340, 230), (0, 0, 0), 2)
    cv2.line(pixels, (140, 90), (240, 180), (0, 0, 0), 2)
    return pixels


def shaded():
    """Light and dark that pass into one another, with grain, as in a photograph; its sky is plain."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (24, 32, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (400, 300), interpolation=cv2.INTER_LINEAR).astype(int)
    pixels = np.clip(smooth + rng.integers(-3, 4, smooth.shape), 0, 255).astype(np.uint8)
    pixels[:100] = (200, 160, 120)
    return pixels


def engraved():
    """Fine strokes side by side over most of the picture."""
    pixels = paper()
    for k in range(-300, 400, 9):
        cv2.line(pixels, (k, 0), (k + 300, 299), (40, 40, 40), 2, cv2.LINE_AA)
    pixels[:80] = 255
    return pixels


def test_a_drawing_is_opened():
    assert open_picture(png(boxes_and_a_line()), [], to_page=TO_PAGE) is not None


@pytest.mark.parametrize("picture", [shaded, engraved])
def test_what_is_shaded_all_over_is_no_drawing(picture):
    assert open_picture(png(picture()), [], to_page=TO_PAGE) is None
    assert trace_picture(png(picture()), [], to_page=TO_PAGE) == []


def test_lettering_does_not_make_a_drawing_less_plain():
    letters = np.random.default_rng(7).integers(0, 2, (200, 400, 1)) * 255
    pixels = boxes_and_a_line()
    pixels[100:300] = letters
    written = word((0.0, 36.0, 144.0, 108.0))
    assert open_picture(png(pixels), [written], to_page=TO_PAGE) is not None


@pytest.mark.parametrize("data", [b"", b"no picture", png(paper(1, 1)), png(paper(1, 900))])
def test_what_cannot_be_read_as_a_picture_shows_nothing(data):
    assert trace_picture(data, [], to_page=TO_PAGE) == []


@pytest.mark.parametrize(
    "line",
    [
        word((math.nan, 0.0, 5.0, 5.0)),
        word((0.0, 0.0, math.inf, 5.0)),
        word((10.0, 10.0, 30.0, 20.0), math.nan),
        word((10.0, 10.0, 30.0, 20.0), math.inf),
        word((10.0, 10.0, 30.0, 20.0), 1e9),
        word((-500.0, -500.0, -400.0, -400.0)),
        word((9000.0, 9000.0, 9100.0, 9010.0)),
    ],
)
def test_words_with_impossible_boxes_or_sizes_do_no_harm(line):
    picture = open_picture(png(boxes_and_a_line()), [line], to_page=TO_PAGE)
    assert picture is not None
    assert picture.em <= 150
    assert trace_picture(png(boxes_and_a_line()), [line], to_page=TO_PAGE)


def test_a_giant_picture_is_traced_at_a_lower_resolution():
    large = cv2.resize(boxes_and_a_line(), None, fx=7, fy=7, interpolation=cv2.INTER_NEAREST)
    picture = open_picture(png(large), [], to_page=TO_PAGE)
    assert picture is not None
    height, width = picture.rgb.shape[:2]
    assert height * width <= 3_000_000
    assert picture.point(width, height) == pytest.approx((2800 * 0.36, 2100 * 0.36), rel=1e-3)


def test_noise_alone_is_no_drawing():
    grain = np.random.default_rng(7).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    assert open_picture(png(grain), [], to_page=TO_PAGE) is None
