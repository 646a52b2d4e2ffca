"""Regions as polygons, boxes, masks and areas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import contains_xy
from shapely.geometry import Polygon

from corpusbuilder.perception.shapes import area, box, clipped, mask, polygons
from corpusbuilder.records.evidence import RegionEvidence

SIZE = (24, 18)
numbers = st.floats(-10, 35, allow_nan=False)


def evidence(*outlines, around=(0.0, 0.0, 24.0, 18.0)):
    return RegionEvidence(
        figure_id="f", element_ids=(), polygons=outlines, box=around, method="diagram.element", score=1.0
    )


def row(outline, around):
    return {"polygon": outline, "box": around, "element_ids": []}


def test_a_rectangle_marks_the_pixels_whose_centres_it_holds():
    found = mask([2.0, 3.0, 5.0, 7.0], SIZE)
    assert found.shape == (18, 24)
    assert found.dtype == bool
    assert found.sum() == 12
    assert found[3:7, 2:5].all()


def test_a_record_and_its_released_row_have_one_mask():
    outline = ((2.0, 3.0), (9.0, 4.0), (5.0, 12.0))
    released = row([list(point) for point in outline], [2.0, 3.0, 9.0, 12.0])
    assert (mask(evidence(outline), SIZE) == mask(released, SIZE)).all()


def test_regions_with_a_common_edge_share_no_pixel_and_leave_none_between_them():
    left, right = mask([0.0, 0.0, 5.5, 18.0], SIZE), mask([5.5, 0.0, 24.0, 18.0], SIZE)
    assert not (left & right).any()
    assert (left | right).all()


def test_a_ring_leaves_out_its_hole():
    ring = ((2, 2), (12, 2), (12, 12), (2, 12), (2, 2), (4, 4), (10, 4), (10, 10), (4, 10), (4, 4))
    found = mask(evidence(ring), SIZE)
    assert found[3, 3]
    assert not found[6, 6]
    assert found.sum() == 100 - 36
    assert area(evidence(ring)) == 64


def test_what_two_polygons_share_counts_once():
    both = evidence(((0, 0), (6, 0), (6, 6), (0, 6)), ((3, 3), (9, 3), (9, 9), (3, 9)))
    assert area(both) == 36 + 36 - 9
    assert mask(both, SIZE).sum() == 63


def test_what_lies_outside_of_the_image_is_cut_off():
    far = [-5.0, -5.0, 3.0, 2.0]
    assert mask(far, SIZE).sum() == 6
    assert area(far) == 56
    assert area(far, SIZE) == 6
    assert not mask([100.0, 100.0, 120.0, 110.0], SIZE).any()
    assert clipped([100.0, 100.0, 120.0, 110.0], SIZE).is_empty


def test_a_polygon_too_thin_for_any_centre_marks_the_pixels_on_its_way():
    found = mask(row([[2.0, 3.1], [9.0, 3.1], [9.0, 3.2], [2.0, 3.2]], [2.0, 3.1, 9.0, 3.2]), SIZE)
    assert found[3, 2:9].all()
    assert found.sum() in {7, 8}


@pytest.mark.parametrize("outline", [[], [[2.0, 3.0], [9.0, 3.0]], [[2.0, 3.0], [5.0, 3.0], [9.0, 3.0]]])
def test_a_straight_line_becomes_a_thin_band(outline):
    found = mask(row(outline, [2.0, 3.0, 9.0, 3.0]), SIZE)
    assert found[2:4, 1:10].all()
    assert found.sum() == 18


def test_a_polygon_that_encloses_nothing_gives_way_to_its_box():
    assert area(row([[2.0, 3.0], [9.0, 8.0], [2.0, 3.0]], [2.0, 3.0, 9.0, 8.0])) == 35


def test_a_box_of_its_own_is_kept_and_another_is_made_of_the_polygons():
    assert box(evidence(((2, 3), (9, 3), (9, 8)), around=(1.0, 2.0, 10.0, 9.0))) == (1.0, 2.0, 10.0, 9.0)
    assert box({"polygon": [[2, 3], [9, 3], [9, 8]]}) == (2.0, 3.0, 9.0, 8.0)


@pytest.mark.parametrize(
    "region",
    [
        [0.0, 0.0, math.nan, 5.0],
        [0.0, 0.0, math.inf, 5.0],
        [0.0, 0.0, 1e300, 5.0],
        [5.0, 0.0, 1.0, 5.0],
        [0.0, 1.0, 2.0],
        {"polygon": [[0, 0], [math.nan, 1], [1, 1]], "box": None},
        {"polygon": [[0, 0], ["a", 1], [1, 1]]},
        {"polygon": [], "box": None},
        {},
    ],
)
def test_what_is_no_region_is_refused_in_a_sentence(region):
    with pytest.raises(ValueError, match=r"a (box|point of a polygon|region) "):
        polygons(region)


@pytest.mark.parametrize("figure", [(0, 5), (5.5, 3), {}, {"width": 3, "height": None}, None, "ab"])
def test_what_is_no_figure_is_refused_in_a_sentence(figure):
    with pytest.raises(ValueError, match="a figure is"):
        mask([0.0, 0.0, 1.0, 1.0], figure)


@given(points=st.lists(st.tuples(numbers, numbers), min_size=3, max_size=3))
def test_the_mask_of_a_triangle_is_its_centres(points):
    triangle = Polygon(points)
    if triangle.area < 0.5:
        return
    columns, rows = np.meshgrid(np.arange(24) + 0.5, np.arange(18) + 0.5)
    found = mask(row([list(p) for p in points], list(triangle.bounds)), SIZE)
    # Centres within a hair of an outline belong to either side.
    sure = contains_xy(triangle.buffer(-1e-6), columns, rows)
    ruled_out = ~contains_xy(triangle.buffer(1e-6), columns, rows)
    if contains_xy(triangle, columns, rows).any():
        assert found[sure].all()
        assert not found[ruled_out].any()


@given(points=st.lists(st.tuples(numbers, numbers), max_size=9), around=st.tuples(numbers, numbers, numbers, numbers))
def test_no_region_of_finite_numbers_is_too_strange_for_a_mask(points, around):
    x0, x1 = sorted(around[::2])
    y0, y1 = sorted(around[1::2])
    assert mask(row([list(p) for p in points], [x0, y0, x1, y1]), SIZE).shape == (18, 24)
