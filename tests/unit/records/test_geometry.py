import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from corpusbuilder.records.geometry import (
    Box,
    CoordinateSpace,
    apply_affine,
    box_polygon,
    intersection_area,
    iou,
    make_box,
    to_pixels,
    transform_box,
    union,
)

finite = st.floats(-1e4, 1e4, allow_nan=False)
boxes = st.builds(make_box, finite, finite, finite, finite)


@pytest.mark.parametrize("box", [(1, 0, 0, 1), (0, 1, 1, 0), (0, 0, math.nan, 1), (0, 0, math.inf, 1)])
def test_a_box_that_is_turned_over_or_not_finite_is_refused(box):
    with pytest.raises(ValidationError):
        TypeAdapter(Box).validate_python(box)


@pytest.mark.parametrize(
    ("space", "box"),
    [
        (CoordinateSpace.ORIGINAL_PIXELS, (100, 50, 300, 150)),
        (CoordinateSpace.RESIZED_PIXELS, (50, 25, 150, 75)),
        (CoordinateSpace.UNIT, (0.25, 0.25, 0.75, 0.75)),
        (CoordinateSpace.PERCENT, (25, 25, 75, 75)),
        (CoordinateSpace.PER_MILLE, (250, 250, 750, 750)),
        (CoordinateSpace.PALIGEMMA, (255.75, 255.75, 767.25, 767.25)),
    ],
)
def test_the_same_box_in_every_convention_lands_on_the_same_pixels(space, box):
    assert to_pixels(box, space, size=(400, 200), resized=(200, 100)) == pytest.approx((100, 50, 300, 150))


def test_paligemma_writes_y_first():
    assert to_pixels((0, 0, 1023, 511.5), CoordinateSpace.PALIGEMMA, size=(400, 200)) == pytest.approx((0, 0, 200, 200))


@pytest.mark.parametrize("box", [(1, 2, 3), (1, 2, 3, math.nan), ()])
def test_a_box_that_is_no_box_is_refused_by_conversion(box):
    with pytest.raises(ValueError, match="four finite numbers"):
        to_pixels(box, CoordinateSpace.UNIT, size=(10, 10))


def test_resized_pixels_without_the_size_of_the_resized_image_are_refused():
    with pytest.raises(ValueError, match="size of the resized image"):
        to_pixels((0, 0, 1, 1), CoordinateSpace.RESIZED_PIXELS, size=(10, 10))


@given(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4), st.sampled_from(CoordinateSpace))
def test_converted_boxes_always_lie_inside_the_image(box, space):
    x0, y0, x1, y1 = to_pixels(box, space, size=(640, 480), resized=(320, 240))
    assert 0 <= x0 <= x1 <= 640
    assert 0 <= y0 <= y1 <= 480


@given(boxes, boxes)
def test_overlap_is_symmetric_and_between_zero_and_one(a, b):
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert 0 <= iou(a, b) <= 1 + 1e-9


@given(st.lists(boxes, min_size=1, max_size=5))
def test_a_union_contains_every_box(items):
    whole = union(items)
    assert all(intersection_area(whole, box) == pytest.approx(intersection_area(box, box)) for box in items)


def test_the_union_of_no_boxes_is_refused():
    with pytest.raises(ValueError, match="no boxes"):
        union([])


@given(boxes, st.floats(0.1, 10), st.floats(-100, 100))
def test_a_scaled_and_shifted_box_is_the_box_of_its_moved_corners(box, scale, shift):
    matrix = (scale, 0.0, 0.0, scale, shift, -shift)
    corners = [apply_affine(matrix, corner) for corner in box_polygon(box)]
    assert transform_box(matrix, box) == pytest.approx((*corners[0], *corners[2]))
