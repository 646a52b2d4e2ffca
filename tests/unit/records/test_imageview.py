"""What a model sees of an image, and the way back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.geometry import CoordinateSpace
from corpusbuilder.records.imageview import ImageView

SIDES = st.integers(min_value=40, max_value=3000)


@st.composite
def views(draw):
    """A view of an image: cropped, scaled and padded, each of them or not."""
    width, height = draw(SIDES), draw(SIDES)
    crop = (0.0, 0.0, float(width), float(height))
    if draw(st.booleans()):
        left, top = draw(st.integers(0, width // 3)), draw(st.integers(0, height // 3))
        crop = (float(left), float(top), float(width - draw(st.integers(0, width // 3))), float(height))
    scaled = (draw(SIDES), draw(SIDES))
    offset = (float(draw(st.integers(0, 300))), float(draw(st.integers(0, 300)))) if draw(st.booleans()) else (0.0, 0.0)
    canvas = (scaled[0] + int(offset[0]) + draw(st.integers(0, 200)), scaled[1] + int(offset[1]))
    return ImageView((width, height), crop, scaled, offset, canvas)


@st.composite
def views_with_boxes(draw):
    """A view, and a box that lies within what it shows."""
    view = draw(views())
    shares = sorted(draw(st.tuples(*[st.floats(0, 1)] * 2))), sorted(draw(st.tuples(*[st.floats(0, 1)] * 2)))
    x0, y0, x1, y1 = view.crop
    across, down = (
        [a + share * (b - a) for share in pair] for pair, a, b in zip(shares, (x0, y0), (x1, y1), strict=True)
    )
    return view, (across[0], down[0], across[1], down[1])


def near(box, other, pixels=1.0):
    return all(abs(a - b) <= pixels for a, b in zip(box, other, strict=True))


@pytest.mark.parametrize("space", list(CoordinateSpace))
@given(given_=views_with_boxes())
def test_a_box_comes_back_within_a_pixel_in_every_space(space, given_):
    view, box = given_
    assert near(view.read(view.written(box, space), space), box)


@pytest.mark.parametrize("space", list(CoordinateSpace))
@given(given_=views_with_boxes())
def test_a_box_written_in_whole_numbers_comes_back_within_what_they_can_say(space, given_):
    view, box = given_
    if space is CoordinateSpace.UNIT:
        return
    full = view.full_scale(space)
    step = [canvas / scale for canvas, scale in zip(view.canvas, full, strict=True)]
    if space is CoordinateSpace.ORIGINAL_PIXELS:
        allowed = 1.0
    else:
        wide = (view.crop[2] - view.crop[0]) / view.scaled[0], (view.crop[3] - view.crop[1]) / view.scaled[1]
        allowed = max(s * w for s, w in zip(step, wide, strict=True)) / 2 + 1e-6
    whole = [round(value) for value in view.written(box, space)]
    assert near(view.read(whole, space), box, max(allowed, 0.51))


@given(view=views())
def test_the_whole_of_what_is_seen_is_written_with_the_full_scale(view):
    for space in CoordinateSpace:
        assert all(math.isfinite(value) and value > 0 for value in view.full_scale(space))


def test_what_the_crop_leaves_out_is_told():
    view = ImageView((400, 200), (100.0, 0.0, 300.0, 200.0), (336, 336), (0.0, 0.0), (336, 336))
    assert view.lost((0, 0, 100, 100)) == 1.0
    assert view.lost((50, 0, 150, 100)) == 0.5
    assert view.lost((100, 0, 300, 200)) == 0.0


def test_a_padded_image_is_read_from_behind_its_padding():
    view = ImageView((400, 200), (0.0, 0.0, 400.0, 200.0), (400, 200), (0.0, 100.0), (400, 400))
    assert view.written((0, 0, 400, 200), CoordinateSpace.PER_MILLE) == (0.0, 250.0, 1000.0, 750.0)
    assert view.read((0, 250, 1000, 750), CoordinateSpace.PER_MILLE) == (0.0, 0.0, 400.0, 200.0)


def test_y_comes_first_where_the_space_says_so():
    view = ImageView.whole((1023, 2046))
    assert view.written((0, 0, 1023, 1023), CoordinateSpace.PALIGEMMA) == (0.0, 0.0, 511.5, 1023.0)
