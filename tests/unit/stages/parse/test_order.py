from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.parse.order import reading_order

EM = 10.0


def order(*boxes, heads=()):
    return reading_order(boxes, [i in heads for i in range(len(boxes))], em=EM)


def test_one_column_is_read_from_the_top():
    assert order((50, 300, 400, 340), (50, 100, 400, 140), (50, 200, 400, 240)) == [1, 2, 0]


def test_the_left_column_is_read_before_the_right_one():
    left = [(50, 100, 240, 200), (50, 210, 240, 400)]
    right = [(260, 100, 450, 150), (260, 210, 450, 400)]
    assert order(*left, *right) == [0, 1, 2, 3]


def test_a_gap_that_runs_through_both_columns_does_not_cut_them():
    left = [(50, 100, 240, 200), (50, 220, 240, 300)]
    right = [(260, 100, 450, 200), (260, 220, 450, 300)]
    assert order(left[0], right[0], left[1], right[1]) == [0, 2, 1, 3]


def test_a_wide_figure_parts_what_is_above_from_what_is_below():
    above = [(50, 50, 240, 100), (260, 50, 450, 100)]
    figure = (50, 120, 450, 300)
    below = [(50, 320, 240, 400), (260, 320, 450, 400)]
    assert order(*below, figure, *above) == [3, 4, 2, 0, 1]


def test_a_heading_over_two_columns_begins_anew():
    figure, beside = (50, 50, 240, 200), (260, 50, 450, 200)
    heading = (50, 220, 150, 235)
    columns = [(50, 250, 240, 300), (260, 250, 450, 300)]
    assert order(figure, beside, heading, *columns, heads={2}) == [0, 1, 2, 3, 4]
    assert order(figure, beside, heading, *columns) == [0, 2, 3, 1, 4]


def test_a_heading_in_the_longer_column_is_no_heading_of_both():
    left = [(50, 50, 240, 200), (50, 220, 150, 235), (50, 250, 240, 300)]
    right = [(260, 50, 450, 210)]
    assert order(*left, *right, heads={1}) == [0, 1, 2, 3]


def test_notes_in_the_margin_follow_the_text():
    assert order((50, 50, 300, 200), (320, 80, 400, 120), (50, 210, 300, 400)) == [0, 2, 1]


boxes = st.lists(
    st.tuples(st.floats(0, 400), st.floats(0, 600), st.floats(5, 200), st.floats(5, 100)).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=12,
)


@given(boxes, st.data())
def test_every_block_is_read_exactly_once(found, data):
    heads = data.draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    assert sorted(reading_order(found, heads, em=EM)) == list(range(len(found)))


@given(st.permutations(range(6)))
def test_the_order_in_the_file_plays_no_part(shuffle):
    page = [(50.0 + 210 * c, 50.0 + 110 * r, 240.0 + 210 * c, 150.0 + 110 * r) for c in (0, 1) for r in (0, 1, 2)]
    found = reading_order([page[i] for i in shuffle], [False] * 6, em=EM)
    assert [shuffle[i] for i in found] == list(range(6))


def in_boxes(boxes, panels, heads=()):
    return reading_order(boxes, [i in heads for i in range(len(boxes))], em=EM, panels=panels)


def test_what_stands_in_a_box_is_read_in_one_go():
    panel = (50, 100, 450, 200)
    boxes = [(60, 105, 240, 150), (260, 105, 440, 150), (60, 160, 240, 195), (50, 210, 240, 300), (260, 210, 450, 300)]
    assert in_boxes(boxes, [panel, panel, panel, None, None]) == [0, 2, 1, 3, 4]


def test_boxes_in_a_row_are_read_before_the_columns_under_them():
    left, right = (50, 100, 245, 200), (255, 100, 450, 200)
    boxes = [(60, 110, 240, 190), (265, 110, 445, 180), (50, 220, 240, 300), (260, 220, 450, 300), (50, 310, 240, 400)]
    assert in_boxes(boxes, [left, right, None, None, None]) == [0, 1, 2, 4, 3]


def test_boxes_that_end_at_different_heights_belong_to_their_columns():
    left, right = (50, 100, 245, 200), (255, 100, 450, 150)
    boxes = [(60, 110, 240, 190), (265, 110, 445, 140), (50, 220, 240, 300), (260, 160, 450, 300)]
    assert in_boxes(boxes, [left, right, None, None]) == [0, 2, 1, 3]
