from hypothesis import given
from hypothesis import strategies as st
from parse_pages import paragraph, raw_page, text_line

from corpusbuilder.stages.parse.blocks import make_blocks
from corpusbuilder.stages.parse.passages import make_passages
from corpusbuilder.stages.parse.rejoined import rejoined

BESIDE = [
    text_line("ivers carry mud down from the hills", 70, 100),
    text_line("and lay it over the fields by the sea.", 70, 113),
    text_line("Where they meet the tide the mud sinks and", 50, 126),
    text_line("banks of it rise slowly above the water.", 50, 139),
]


def initial(letter: str, *, x: float = 50.0, y: float = 94.0):
    return text_line(letter, x, y, size=32.0, bold=True)


def texts(*lines):
    return [line.text for line in rejoined(raw_page(lines=lines)).lines]


def test_a_label_in_a_pill_and_the_caption_beside_it_are_one_line():
    pill = text_line("Fig. 3.1", 60, 100, bold=True, color="#ffffff")
    assert texts(pill, text_line("The valley floor", 112, 100)) == ["Fig. 3.1 The valley floor"]


def test_a_label_does_not_take_text_across_a_wide_gap_or_on_another_baseline():
    label = text_line("Fig. 3.1", 60, 100)
    assert len(texts(label, text_line("The other column", 130, 100))) == 2
    assert len(texts(label, text_line("A line below", 105, 113))) == 2


def test_two_labels_in_a_row_stay_two():
    assert len(texts(text_line("Fig. 1", 60, 100), text_line("Fig. 2", 100, 100))) == 2


def test_a_label_in_a_figure_is_left_as_it_is():
    lines = text_line("Map 2", 60, 100), text_line("Port Elm", 95, 100)
    assert rejoined(raw_page(lines=lines), apart=[lines[1]]).lines == lines


def test_a_drop_cap_begins_the_first_word_of_its_paragraph():
    page = rejoined(raw_page(lines=[initial("R"), *BESIDE]))
    (block,) = make_blocks(page.lines, page_no=1, em=10.0)
    (passage,) = make_passages([block], document_id="doc-1", vocabulary=frozenset())
    assert passage.text.startswith("Rivers carry mud")
    first = passage.words[0]
    assert passage.text[first[0] : first[1]] == "Rivers"
    assert (first[3], first[4]) == (50.0, 94.0)


def test_a_drop_cap_that_is_a_word_stays_one():
    lines = [text_line("river carries mud down from the hills", 70, 100), *BESIDE[1:]]
    assert texts(initial("A"), text_line("The river", 50, 160), *lines)[0].startswith("A river")


def test_a_large_letter_beside_a_single_line_is_no_drop_cap():
    assert texts(initial("R"), BESIDE[0])[0] == "R"


def test_a_capital_in_the_second_line_beside_a_drop_cap_begins_no_paragraph():
    lines = [
        text_line("ivers carry mud down to the sea.", 70, 100),
        text_line("They lay it over the fields by the sea", 70, 113),
        *paragraph(50, 126, rows=3),
    ]
    page = rejoined(raw_page(lines=[initial("R"), *lines]))
    assert len(make_blocks(page.lines, page_no=1, em=10.0)) == 1


@given(st.permutations([initial("R"), *BESIDE, text_line("Fig. 3", 50, 200), text_line("Mud", 90, 200)]))
def test_lines_are_rejoined_alike_in_any_order_and_no_character_is_lost(lines):
    page = rejoined(raw_page(lines=lines))
    assert sorted("".join(line.text for line in page.lines).replace(" ", "")) == sorted(
        "".join(line.text for line in lines).replace(" ", "")
    )
    assert len(page.lines) == len(lines) - 2
