import pytest
from sketch import box, disc, node, read, stroke, text


def test_stacked_centred_lines_are_one_label():
    diagram = read([text("large", 104, 100), text("intestine", 96, 109.6)])
    assert [label.text for label in diagram.labels] == ["large intestine"]


def test_lines_with_a_leader_each_stay_apart():
    lines = [text("petal", 100, 100), text("sepal", 100, 110)]
    leaders = [stroke((97, 104.8), (40, 104.8)), stroke((97, 114.8), (40, 114.8))]
    assert [label.text for label in read(lines, leaders).labels] == ["petal", "sepal"]


def test_lines_of_different_style_stay_apart():
    diagram = read([text("1789", 100, 100, bold=True), text("oath", 100, 109.6)])
    assert [label.text for label in diagram.labels] == ["1789", "oath"]


def test_entries_of_a_numbered_key_stay_apart():
    diagram = read([text("1. root", 100, 100), text("2. stem", 100, 109.6), text("1", 10, 10), text("2", 10, 40)])
    assert [(label.text, label.role) for label in diagram.labels] == [
        ("1", "number"),
        ("2", "number"),
        ("1. root", "legend"),
        ("2. stem", "legend"),
    ]


def test_an_entry_goes_on_in_an_indented_line():
    lines = [text("1. long", 100, 100), text("name", 110, 109.6), text("2. stem", 100, 119.2)]
    assert [label.text for label in read(lines).labels] == ["1. long name", "2. stem"]


def test_words_far_apart_on_one_line_are_two_labels():
    left, right = text("north", 100, 100), text("south", 150, 100)
    whole = type(left)(left.words + right.words, (100, 100, 170, 109.6))
    assert [label.text for label in read([whole]).labels] == ["north", "south"]


def test_lines_in_two_boxes_stay_apart():
    lines = [text("upper", 100, 100), text("lower", 100, 111)]
    boxes = [box(97, 99, 123, 110.3), box(97, 110.3, 123, 122)]
    assert [label.text for label in read(lines, boxes).labels] == ["upper", "lower"]


@pytest.mark.parametrize("frame", [lambda: box(80, 90, 150, 122), lambda: disc(114, 105, 26, fill=None, ink="#000000")])
def test_the_shape_around_a_label_is_its_outline(frame):
    diagram = read([text("lungs", 104, 100)], [frame()])
    (label,) = diagram.labels
    assert label.outline
    assert diagram.regions == ()


def test_a_frame_around_several_labels_is_no_outline():
    diagram = read([text("lungs", 104, 100), text("heart", 204, 150)], [box(80, 90, 260, 190)])
    assert [label.outline for label in diagram.labels] == [None, None]


def test_a_place_is_its_dot_and_its_name():
    diagram = read([text("Arles", 106, 100)], [disc(102, 105, 1.8)])
    (label,) = diagram.labels
    assert label.box[0] == pytest.approx(2 * 100.2, abs=0.1)
    assert label.outline
    assert label.polygon[0] == (212.0, 200.0)


def test_text_up_the_page_keeps_its_direction():
    diagram = read([text("altitude above sea", 100, 200, turn=(0.0, -1.0))])
    (label,) = diagram.labels
    assert label.text == "altitude above sea"
    assert label.polygon[0] == (200.0, 400.0)
    assert label.polygon[1][1] < 400


def test_a_raster_figure_has_labels_only():
    line, _ = node("liver", 100, 100)
    diagram = read([line], method="ocr")
    assert [(label.text, label.method) for label in diagram.labels] == [("liver", "ocr")]
    assert diagram.connectors == ()


def test_doubtful_words_make_a_doubtful_label():
    sure, doubtful = read([text("liver", 9, 9)]), read([text("liver", 9, 9, confidence=0.5)])
    assert doubtful.labels[0].score < 0.6 < sure.labels[0].score


def test_an_empty_figure_has_an_empty_graph():
    assert read() == read([], [])
    assert list(read().elements()) == []


def test_a_text_with_a_shadow_is_one_label():
    twice = [text("delta", 100.6, 100.6), text("delta", 100, 100), text("delta", 200, 100)]
    assert [label.text for label in read(twice).labels] == ["delta", "delta"]
