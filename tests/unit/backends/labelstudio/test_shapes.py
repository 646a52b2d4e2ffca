import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.labelstudio.shapes import (
    Shape,
    box_percent,
    is_same_shape,
    on_image,
    polygon_percent,
    read_offsets,
    read_polygon,
    read_rectangle,
    to_utf16,
)
from corpusbuilder.records.geometry import box_polygon

SIZES = st.tuples(st.integers(1, 9000), st.integers(1, 9000))


@st.composite
def boxes(draw):
    width, height = draw(SIZES)
    x0, x1 = sorted(draw(st.tuples(*[st.integers(0, width * 100)] * 2)))
    y0, y1 = sorted(draw(st.tuples(*[st.integers(0, height * 100)] * 2)))
    return (width, height), (x0 / 100, y0 / 100, x1 / 100, y1 / 100)


@given(boxes())
def test_a_box_comes_back_to_the_hundredth_of_a_pixel(drawn):
    size, box = drawn
    back = read_rectangle(json.loads(json.dumps(box_percent(box, size))), size)
    assert back.is_box
    assert is_same_shape(back, box_polygon(box))
    if box[0] < box[2] and box[1] < box[3]:
        assert on_image(back, size).box == box


@given(boxes(), st.integers(0, 3))
def test_a_polygon_comes_back_to_the_hundredth_of_a_pixel(drawn, first):
    size, box = drawn
    corners = box_polygon(box)
    polygon = (*corners[first:], *corners[:first], (box[0], box[1]))
    back = read_polygon(json.loads(json.dumps(polygon_percent(polygon, size))), size)
    assert is_same_shape(back, polygon)


def test_a_box_is_the_same_whichever_corner_it_begins_at_and_a_moved_one_is_not():
    sent = ((10.0, 40.0), (10.0, 20.0), (30.0, 20.0), (30.0, 40.0))
    assert is_same_shape(Shape(box_polygon((10, 20, 30, 40)), is_box=True), sent)
    assert not is_same_shape(Shape(box_polygon((10.2, 20, 30, 40)), is_box=True), sent)
    assert not is_same_shape(Shape(box_polygon((10, 20, 30, 40)), is_box=True), (*sent, (10.0, 30.0)))
    assert not is_same_shape(Shape(box_polygon((10, 20, 30, 40)), is_box=True), ())


def test_a_turned_rectangle_is_a_polygon_round_its_top_left_corner():
    value = {"x": 50, "y": 25, "width": 10, "height": 10, "rotation": 90}
    shape = read_rectangle(value, (200, 400))
    assert not shape.is_box
    assert is_same_shape(shape, ((100, 100), (100, 120), (60, 120), (60, 100)))


@pytest.mark.parametrize("rotation", [0, 360, -360, 1e-13, -1e-13, None])
def test_a_rectangle_that_is_hardly_turned_is_a_box(rotation):
    assert read_rectangle({"x": 1, "y": 1, "width": 9, "height": 9, "rotation": rotation}, (100, 100)).is_box


@pytest.mark.parametrize("wrong", [None, "12", True, math.nan, math.inf, 1e308, 10**400, [1], {}])
@pytest.mark.parametrize("key", ["x", "y", "width", "height"])
def test_a_box_of_other_things_than_numbers_is_refused(key, wrong):
    value = {"x": 1, "y": 1, "width": 9, "height": 9, "rotation": 0, key: wrong}
    with pytest.raises(ValueError, match=f"{key} is not a number"):
        read_rectangle(value, (100, 100))


@pytest.mark.parametrize(
    "points", [None, "abc", [[1, 2, 3]], [[1], [2], [3]], [[1, None]], [["1", "2"]], [[0, 0]] * 2001, {"0": [1, 2]}]
)
def test_a_polygon_of_other_things_than_points_is_refused(points):
    with pytest.raises(ValueError, match="point"):
        read_polygon({"points": points}, (100, 100))


@pytest.mark.parametrize(
    ("box", "problem"),
    [((5, 5, 5, 9), "empty"), ((5, 5, 5.001, 9), "empty"), ((-3, 5, 9, 9), "beyond"), ((5, 5, 9, 101.5), "beyond")],
)
def test_a_shape_that_is_empty_or_off_the_image_is_refused(box, problem):
    with pytest.raises(ValueError, match=problem):
        on_image(Shape(box_polygon(box), is_box=True), (100, 100))


def test_a_shape_that_overhangs_a_little_is_cut_off_at_the_edge():
    assert on_image(Shape(box_polygon((-0.9, 5, 9, 100.8)), is_box=True), (100, 100)).box == (0, 5, 9, 100)


def test_a_polygon_needs_three_corners_and_may_cross_itself():
    with pytest.raises(ValueError, match="three corners"):
        on_image(Shape(((1, 1), (9, 9)), is_box=False), (100, 100))
    crossed = ((10.0, 10.0), (90.0, 90.0), (90.0, 10.0), (10.0, 90.0))
    assert on_image(Shape(crossed, is_box=False), (100, 100)).polygon == crossed


ODD = st.text(alphabet="ab é\u0301😀👩\u200d\u05d0\u200f\n", min_size=1, max_size=20)


@given(ODD, st.data())
def test_offsets_are_read_however_the_server_counts(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    said = text[start:end]
    if said.strip():
        points = read_offsets(text, start, end, said)
        units = read_offsets(text, to_utf16(text, start), to_utf16(text, end), said)
        assert "".join(text[slice(*points)].split()) == "".join(said.split())
        assert points == (start, end)
        assert "".join(text[slice(*units)].split()) == "".join(said.split())


def test_offsets_after_an_emoji_are_those_of_the_text_that_is_said_to_stand_there():
    text = "Émile 😀 a vu le volcan."
    assert read_offsets(text, 16, 22, "volcan") == (16, 22)
    assert read_offsets(text, 17, 23, "volcan") == (16, 22)
    with pytest.raises(ValueError, match="are not the text"):
        read_offsets(text, 15, 21, "volcan")
    with pytest.raises(ValueError, match="two places"):
        read_offsets(text, 16, 22, None)


def test_offsets_before_any_emoji_need_no_text():
    assert read_offsets("Émile 😀", 0, 5, None) == (0, 5)


@pytest.mark.parametrize("offsets", [(-1, 3), (3, 3), (5, 2), (0, 99), (50, 60)])
def test_offsets_outside_of_the_text_are_refused(offsets):
    with pytest.raises(ValueError, match="are not in a text of 9"):
        read_offsets("Nine char", *offsets, None)


@pytest.mark.parametrize("said", ["one two", "one\n\ntwo", r"one\n\ntwo"])
def test_line_ends_come_back_as_blanks_as_they_were_or_as_backslash_and_n(said):
    assert read_offsets("😀one\n\ntwo", 1, 9, said) == (1, 9)


def test_what_a_browser_made_of_a_span_over_two_passages_is_read():
    # Label Studio 1.23.2 in Chromium; the blank within stands for a line separator, U+2028.
    text = "\u202bRTL mark\u202c after 😀😀. A tail\nwith lines.\u2028Sep.\n\nSecond passage 𝔘nicode."
    start = text.index("with lines")
    assert read_offsets(text, start, start + 24, r"with lines. Sep.\n\nSecond") == (start, start + 24)


def test_a_box_that_a_browser_moved_is_read_to_the_pixel():
    # Label Studio 1.23.2 in Chromium: 60 x 40 pixels at (10, 10), dragged.
    value = {"x": 10.830451444060191, "y": 23.688898253141282}
    value |= {"width": 7.290400972053463, "height": 15.936254980079681, "rotation": 0}
    assert on_image(read_rectangle(value, (823, 251)), (823, 251)).box == (89.13, 59.46, 149.13, 99.46)
