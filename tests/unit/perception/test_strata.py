"""What makes a region hard to make out."""

import math

import builders
import numpy as np
import pytest
from PIL import Image, ImageDraw

from corpusbuilder.perception.strata import SIZES, contrast, describe, least_side, luminance, place, size_stratum
from corpusbuilder.records.diagram import Diagram, Region

LABELS = [
    {"id": "a", "text": "Sun", "box": [10.0, 10.0, 30.0, 20.0]},
    {"id": "b", "text": " sun ", "box": [60.0, 10.0, 80.0, 20.0]},
    {"id": "c", "text": "Leaf", "box": [60.0, 60.0, 80.0, 70.0]},
]
CONNECTORS = [
    {"id": "x", "tail_id": "a", "head_id": "c", "directed": True, "points": [[20.0, 20.0], [60.0, 60.0]]},
    {"id": "y", "tail_id": "b", "head_id": "c", "directed": True, "points": [[70.0, 20.0], [70.0, 60.0]]},
    {"id": "z", "tail_id": "c", "head_id": "r", "directed": False, "points": [[60.0, 65.0], [40.0, 80.0]]},
]
REGIONS = [{"id": "r", "label_id": "c", "polygon": [], "box": [30.0, 70.0, 50.0, 90.0]}]
FIGURE = {"width": 100, "height": 100, "labels": LABELS, "connectors": CONNECTORS, "regions": REGIONS}


def region(*ids, around=(10.0, 10.0, 30.0, 20.0)):
    return {"element_ids": list(ids), "polygon": [], "box": list(around)}


@pytest.mark.parametrize(("share", "stratum"), [(0.0, 0), (0.00499, 0), (0.005, 1), (0.0499, 1), (0.05, 2), (1.0, 2)])
def test_sizes_are_those_of_the_paper(share, stratum):
    assert size_stratum(share) == SIZES[stratum]


def test_a_region_is_described():
    found = describe(region("a"), FIGURE)
    assert (found.relative_area, found.stratum) == (0.02, SIZES[1])
    assert found.least_side == pytest.approx(10)
    assert found.place == "top left"
    assert (found.width, found.height) == (100, 100)
    assert found.contrast is None


@pytest.mark.parametrize(
    ("ids", "others", "alike"),
    [(["a"], 2, 1), (["c"], 2, 0), (["x"], 1, 1), (["z"], 0, 0), (["r"], 0, 0), (["a", "x", "c"], 2, 2)],
)
def test_distractors_are_other_elements_of_the_same_kind(ids, others, alike):
    found = describe(region(*ids), FIGURE)
    assert (found.distractors, found.same_name) == (others, alike)


def test_a_record_has_the_distractors_of_its_row_without_its_ornaments():
    common = {"box": (0.0, 0.0, 9.0, 9.0), "polygon": (), "method": "vector", "score": 1.0}
    sun, moon = builders.label("a", "Sun", 10, 10), builders.label("b", "sun", 200, 10)
    parts = tuple(Region(id=f"r{n}", label_id="a", **common) for n in (1, 2))
    frame = Region(id="r3", label_id="a", role="ornament", **common)
    lines = (
        builders.arrow("x", sun, moon),
        builders.arrow("y", moon, sun),
        builders.arrow("z", sun, moon, directed=False),
    )
    figure = builders.figure("f", Diagram(labels=(sun, moon), connectors=lines, regions=(*parts, frame)))
    for element, others, alike in (("a", 1, 1), ("r1", 1, 1), ("x", 1, 1), ("z", 0, 0)):
        found = describe(region(element), figure)
        assert (found.distractors, found.same_name) == (others, alike)


def test_nothing_is_said_of_distractors_where_elements_are_not_known():
    assert describe(region("a"), (100, 100)).distractors is None
    assert describe(region(), FIGURE).distractors is None
    assert describe(region("unheard of"), FIGURE).distractors is None


@pytest.mark.parametrize(
    ("around", "name"),
    [([0, 0, 2, 2], "top left"), ([45, 45, 55, 55], "middle centre"), ([90, 40, 99, 60], "middle right"),
     ([40, 120, 60, 130], "bottom centre")],
)  # fmt: skip
def test_the_place_is_a_third_across_and_a_third_down(around, name):
    assert place(around, (100, 100)) == name


def test_the_least_side_of_a_slanted_bar_is_its_thickness():
    bar = {"polygon": [[0, 0], [30, 30], [28, 32], [-2, 2]]}
    assert least_side(bar) == pytest.approx(2 * math.sqrt(2))


def test_luminance_is_cie_y_of_srgb():
    pixels = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [188, 188, 188]]], dtype=np.uint8)
    assert luminance(pixels)[0] == pytest.approx([1.0, 0.0, 0.2126, 0.503], abs=1e-3)


def test_what_is_transparent_is_seen_on_white():
    assert luminance(Image.new("RGBA", (2, 2), (0, 0, 0, 0))).min() == pytest.approx(1.0)


def test_black_on_white_has_all_contrast_and_white_on_white_none():
    image = Image.new("RGB", (100, 100), "white")
    assert contrast(region("a"), FIGURE, image) == pytest.approx(0.0)
    ImageDraw.Draw(image).rectangle((10, 10, 29, 19), fill="black")
    assert contrast(region("a"), FIGURE, image) == pytest.approx(1.0)
    assert describe(region("a"), FIGURE, image=image).contrast == pytest.approx(1.0)


def test_strokes_stand_out_although_their_box_is_mostly_paper():
    image = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(image).line((10, 15, 29, 15), fill=0)
    assert contrast(region("a"), FIGURE, image) == pytest.approx(math.sqrt(0.1))


def test_without_surround_there_is_no_contrast():
    assert contrast([0.0, 0.0, 100.0, 100.0], (100, 100), Image.new("RGB", (100, 100))) is None
    assert contrast([200.0, 0.0, 300.0, 100.0], (100, 100), Image.new("RGB", (100, 100))) is None


def test_an_image_of_another_size_is_refused():
    with pytest.raises(ValueError, match="50 × 40 pixels"):
        contrast(region("a"), FIGURE, Image.new("RGB", (50, 40)))
